"""What a path says about a file."""

from __future__ import annotations

import pytest

from ingest.path_kinds import PathFlag, path_flags


@pytest.mark.parametrize(
    ("path", "flags"),
    [
        ("src/store.py", PathFlag(0)),
        ("tests/store.py", PathFlag.TEST),
        ("src/test_store.py", PathFlag.TEST),
        ("src/store_test.go", PathFlag.TEST),
        ("src/store.spec.ts", PathFlag.TEST),
        ("src/StoreTests.cs", PathFlag.TEST),
        ("conftest.py", PathFlag.TEST),
        ("src/contest.py", PathFlag(0)),
        ("src/latest.py", PathFlag(0)),
        ("Examples/a.py", PathFlag.EXAMPLE),
        ("third_party/a/b.c", PathFlag.VENDORED),
        ("benchmarks/a.py", PathFlag.BENCHMARK),
        ("pkg/__init__.py", PathFlag.BARREL),
        ("types/a.d.ts", PathFlag.DECLARATION),
        ("api_pb2.py", PathFlag.GENERATED),
        ("a.hpp", PathFlag.HEADER),
        ("compat/a.py", PathFlag.LEGACY),
        ("README.md", PathFlag.DOCUMENT),
        ("docs/guide.rst", PathFlag.DOCUMENT | PathFlag.EXAMPLE),
    ],
)
def test_names_and_folders_set_flags(path: str, flags: PathFlag) -> None:
    assert PathFlag(path_flags(path)) == flags


def test_a_file_that_says_so_is_generated() -> None:
    assert path_flags("a.py", generated=True) == PathFlag.GENERATED
