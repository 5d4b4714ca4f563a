"""What the names of a path say about a query."""

from __future__ import annotations

import pytest

from retrieval.names import path_names, root


@pytest.mark.parametrize(
    ("path", "stem", "folders"),
    [
        ("shop/cart.py", {"cart"}, {"shop"}),
        ("shop/index.js", {"shop"}, set[str]()),
        ("index.js", {"index"}, set[str]()),
        ("a/.env", {"env"}, {"a"}),
    ],
)
def test_a_path_has_roots_of_its_name_and_of_its_folders(path: str, stem: set[str], folders: set[str]) -> None:
    """A stem that says nothing gives way to its folder's."""
    names = path_names(path)
    assert names.stem == stem
    assert names.folders == folders


def test_forms_of_one_word_share_a_root() -> None:
    """Suffixes are stripped while four letters remain."""
    assert len({root(word) for word in ("serializer", "serialize", "serialization")}) == 1
    assert root("used") == "used"
