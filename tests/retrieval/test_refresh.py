"""A run over the changed paths ends where a run over the whole tree would."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Generator, Mapping
from pathlib import Path

import pytest

from ingest.database import Database
from ingest.views import ViewCatalog
from retrieval.answers import SearchRequest
from retrieval.engine import Engine
from retrieval.refresh import MAX_PATHS
from tests.ingest.repositories import commit_all, new_repository, write

FILES = {
    "shop/cart.py": "class Cart:\n    def total(self):\n        return sum(self.prices)\n",
    "shop/pay.py": "def charge(card, amount):\n    return card.withdraw(amount)\n",
    "docs/guide.md": "# Guide\n\nHow to pay.\n",
    "yarn.lock": "a@1\n",
    ".gitignore": "build/\n*.log\n",
}


@pytest.fixture(params=["git", "folder"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The same files under git and outside it."""
    place = tmp_path / "tree"
    if request.param == "git":
        return new_repository(place, FILES)
    write(place, FILES)
    return place


@pytest.fixture
def engine(tmp_path: Path) -> Generator[Engine]:
    with Engine(tmp_path / "data") as opened:
        yield opened


def shown(data: Path, root: Path) -> tuple[Mapping[str, str], dict[str, int], set[tuple[str, str]], set[str]]:
    """What a store says about a view: content by path, counts of skips, screened files, failures."""
    database = Database(data / "codelore.db")
    views = ViewCatalog(database)
    view = next(each for each in views.views() if each.name == str(root))
    report = views.report(view.view_id)
    entries = {path: entry.content_hash for path, entry in views.entries(view.view_id).items()}
    database.close()
    return entries, report.skipped, {(each.path, each.rule) for each in report.screened}, {each.path for each in report.failed}


def assert_as_fresh(root: Path, data: Path, scratch: Path) -> None:
    """Compare with an index of the same tree made from nothing."""
    shutil.rmtree(scratch, ignore_errors=True)
    with Engine(scratch) as fresh:
        fresh.index(str(root))
    assert shown(data, root) == shown(scratch, root)


def remove_folder(root: Path) -> None:
    shutil.rmtree(root / "shop")


def link(root: Path) -> None:
    (root / "shop/link.py").symlink_to("cart.py")


def unreadable_name(root: Path) -> None:
    (root / os.fsdecode(b"shop/caf\xe9.py")).write_text("def serve():\n    return 1\n")


CHANGES: dict[str, tuple[Callable[[Path], object], list[str]]] = {
    "an edit": (lambda root: write(root, {"shop/cart.py": "def zebra():\n    return 1\n"}), ["shop/cart.py"]),
    "a new file": (lambda root: write(root, {"shop/new.py": "def zebra():\n    return 1\n"}), ["shop/new.py"]),
    "a new folder": (lambda root: write(root, {"more/new.py": "def zebra():\n    return 1\n"}), ["more", "more/new.py"]),
    "a file deleted": (lambda root: (root / "shop/pay.py").unlink(), ["shop/pay.py"]),
    "a folder deleted": (remove_folder, ["shop"]),
    "a rename": (lambda root: (root / "shop/pay.py").rename(root / "docs/pay.py"), ["shop/pay.py", "docs/pay.py"]),
    "an ignored file": (lambda root: write(root, {"build/out.py": "x = 1\n", "a.log": "x\n"}), ["build", "build/out.py", "a.log"]),
    "a file that vanished again": (lambda _: None, ["shop/.cart.py.swp"]),
    "a file gone empty": (lambda root: write(root, {"shop/pay.py": ""}), ["shop/pay.py"]),
    "a file gone binary": (lambda root: write(root, {"shop/pay.py": b"\0" * 50}), ["shop/pay.py"]),
    "a file grown too large": (lambda root: write(root, {"shop/pay.py": b"x = 1\n" * 300_000}), ["shop/pay.py"]),
    "a lockfile edited": (lambda root: write(root, {"yarn.lock": "b@1\n"}), ["yarn.lock"]),
    "a lockfile deleted": (lambda root: (root / "yarn.lock").unlink(), ["yarn.lock"]),
    "a lockfile made": (lambda root: write(root, {"docs/yarn.lock": "b@1\n"}), ["docs/yarn.lock"]),
    "a link": (link, ["shop/link.py"]),
    "a name that is not UTF-8": (unreadable_name, [os.fsdecode(b"shop/caf\xe9.py")]),
    "ignore rules": (lambda root: write(root, {".gitignore": "docs/\n"}), [".gitignore"]),
    "our ignore rules": (lambda root: write(root, {".codeloreignore": "docs/\n"}), [".codeloreignore"]),
    "a file that our rules hide": (
        lambda root: write(root, {"docs/.codeloreignore": "n*.py\n", "docs/new.py": "x = 1\n"}),
        ["docs/new.py", "docs/.codeloreignore"],
    ),
    "many files": (
        lambda root: write(root, {f"many/{at}.py": f"def f{at}():\n    pass\n" for at in range(MAX_PATHS + 1)}),
        [f"many/{at}.py" for at in range(MAX_PATHS + 1)],
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_leads_where_a_fresh_index_does(change: str, root: Path, engine: Engine, tmp_path: Path) -> None:
    engine.index(str(root))
    act, paths = CHANGES[change]
    act(root)
    engine.refresh(str(root), paths)
    assert_as_fresh(root, tmp_path / "data", tmp_path / "fresh")
    again = engine.index(str(root))
    assert (again.added, again.changed, again.deleted) == (0, 0, 0)


def test_a_screened_file_comes_back_and_counts_follow(root: Path, engine: Engine, tmp_path: Path) -> None:
    """The count of skips falls again when a file that was skipped for its content gets one that is fine."""
    write(root, {"shop/pay.py": ""})
    engine.index(str(root))
    write(root, {"shop/pay.py": "def refund():\n    return 2\n"})
    outcome = engine.refresh(str(root), ["shop/pay.py"])
    assert outcome.report.skipped == {"lockfile": 1}
    assert outcome.added == 1
    assert_as_fresh(root, tmp_path / "data", tmp_path / "fresh")


def test_what_was_refreshed_is_found_and_what_went_is_not(root: Path, engine: Engine) -> None:
    engine.index(str(root))
    for number in range(20):  # enough for segments to be merged
        write(root, {"shop/cart.py": f"def zebra{number}():\n    return {number}\n"})
        outcome = engine.refresh(str(root), ["shop/cart.py"])
        assert (outcome.added, outcome.changed, outcome.deleted, outcome.parsed) == (0, 1, 0, 1)
        assert engine.search(SearchRequest(f"zebra{number}", str(root))).hits[0].path == "shop/cart.py"
    assert not engine.search(SearchRequest("/zebra1[0-8]/", str(root))).hits
    assert not engine.check()


def test_a_touch_is_no_new_generation(root: Path, engine: Engine) -> None:
    for path in root.rglob("*"):
        os.utime(path, ns=(10**18, 10**18))  # long before it is read
    first = engine.index(str(root)).view
    os.utime(root / "shop/cart.py", ns=(2 * 10**17, 2 * 10**17))
    assert engine.refresh(str(root), ["shop/cart.py"]).view.generation == first.generation
    assert engine.pending(str(root)) == 0


def test_without_a_run_before_it_the_whole_tree_is_looked_at(root: Path, engine: Engine) -> None:
    assert engine.refresh(str(root), ["shop/cart.py"]).added == 4


def test_after_another_process_has_indexed_the_whole_tree_is_looked_at(root: Path, engine: Engine, tmp_path: Path) -> None:
    """What this process remembers of skipped files may be old then."""
    engine.index(str(root))
    write(root, {"shop/cart.py": "x = 1\n"})
    with Engine(tmp_path / "data") as other:
        other.index(str(root))
    write(root, {"shop/pay.py": "y = 1\n"})
    outcome = engine.refresh(str(root), ["docs/guide.md"])
    assert outcome.changed == 1


def test_a_file_inside_a_repository_of_its_own_is_left_out(tmp_path: Path, engine: Engine) -> None:
    root = new_repository(tmp_path / "tree", FILES)
    new_repository(root / "inner", {"a.py": "x = 1\n"})
    engine.index(str(root))
    write(root, {"inner/b.py": "y = 1\n"})
    engine.refresh(str(root), ["inner/b.py"])
    assert_as_fresh(root, tmp_path / "data", tmp_path / "fresh")
    commit_all(root)
    engine.index(str(root))
    write(root, {"inner/c.py": "y = 1\n"})
    engine.refresh(str(root), ["inner/c.py"])
    assert_as_fresh(root, tmp_path / "data", tmp_path / "fresh")


def test_a_file_behind_a_linked_folder_is_left_out(root: Path, engine: Engine, tmp_path: Path) -> None:
    (root / "alias").symlink_to("shop")
    engine.index(str(root))
    write(root, {"alias/cart.py": "z = 1\n"})
    engine.refresh(str(root), ["alias/cart.py"])
    assert_as_fresh(root, tmp_path / "data", tmp_path / "fresh")
