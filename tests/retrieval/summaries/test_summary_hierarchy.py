"""What is rolled up over folders, and which folders show how a repository is laid out."""

from hypothesis import given
from hypothesis import strategies as st

from ingest.analyze import analyze
from ingest.model import RepositoryId, View, ViewId, ViewKind
from retrieval.summaries.digest import digest_of
from retrieval.summaries.hierarchy import Hierarchy, beside, counted, flags_of
from retrieval.summaries.relations import Relations

VIEW = View(ViewId(1), RepositoryId(1), ViewKind.WORKTREE, "/r", "/r", "", 1, 0.0)


def hierarchy(files: dict[str, int]) -> Hierarchy:
    """Files of so many lines, each a definition."""
    digests = {
        path: digest_of(path, analyze(path, (f"def f{lines}():\n" + "    x\n" * lines).encode())[0]) for path, lines in files.items()
    }
    return Hierarchy(VIEW, digests, Relations(), linked=False)


def test_a_large_folder_gives_way_to_what_is_in_it() -> None:
    files = {f"big/part{number}/{name}.py": 50 for number in range(6) for name in "ab"}
    found = hierarchy(files | {"big/own.py": 3, "small/x.py": 5, "tests/test_x.py": 500})
    assert found.top == [*(f"big/part{number}" for number in range(6)), "small"]
    assert found.top_files == ["big/own.py"]


def test_a_flat_folder_is_shown_by_its_files() -> None:
    found = hierarchy({f"src/lib/{name}.py": 9 for name in "abc"})
    assert (found.top, found.top_files) == ([], ["src/lib/a.py", "src/lib/b.py", "src/lib/c.py"])


def test_a_folder_of_very_many_parts_stays_closed() -> None:
    files = {f"one/{number}/x.py": 9 for number in range(60)} | {f"{name}/x.py": 1 for name in "abcd"}
    assert hierarchy(files).top == ["one", "a", "b", "c", "d"]


def test_an_empty_view_has_nothing_at_its_top() -> None:
    found = hierarchy({})
    assert (found.top, found.top_files, list(found.below(""))) == ([], [], [])


def test_underscores_before_a_folder_do_not_hide_what_it_is_for() -> None:
    assert flags_of("_examples/a.go") == flags_of("examples/a.go")
    assert flags_of("src/_private/a.go") == flags_of("src/private/a.go") == 0


def test_links_are_told_by_what_lies_beside() -> None:
    assert beside("a/b", "a/c/d.py") == "a/c"
    assert beside("a/b", "x/y.py") == "x"
    assert beside("a/b/c", "a/b/d.py") == "a/b/d.py"
    assert counted([("b", 1), ("a", 2), ("b", 1)]) == [("a", 2), ("b", 2)]


PATHS = st.lists(st.lists(st.sampled_from(["a", "b", "tests", "c"]), min_size=1, max_size=4), max_size=12)


@given(PATHS)
def test_every_file_of_the_product_is_at_the_top_once(paths: list[list[str]]) -> None:
    """In one of the top folders, or by itself; folders hold what is below them."""
    files = {f"{'/'.join(parts)}/x{at}.py": at + 1 for at, parts in enumerate(paths)}
    found = hierarchy(files)
    product = [path for path in files if not found.is_aside(path)]
    at_top = [*found.top_files, *(path for folder in found.top for path in found.below(folder) if path in product)]
    assert sorted(at_top) == sorted(product)
    for folder, here in found.folders.items():
        below = list(found.below(folder))
        assert here.file_count == len(below)
        assert here.code_lines == sum(found.files[path].lines for path in below)
        assert here.product_lines == sum(found.files[path].lines for path in below if not found.is_aside(path))
