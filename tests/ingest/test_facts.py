"""Facts are kept once per content; a view says what is shown; garbage is what no view shows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.analyze import analyze
from ingest.database import Database
from ingest.errors import NotIndexedError, StoreError
from ingest.facts import FactStore, StoredFile, store_form
from ingest.git import blob_id
from ingest.model import DocumentId, Failure, RepositoryId, ViewId, ViewKind
from ingest.views import IndexReport, ScreenedFile, ViewCatalog

SHOP = b"class Shop:\n    def open(self):\n        return 1\n"
TALLY = b"def tally():\n    return 2\n"


class Store:
    """A database with one repository and its view."""

    def __init__(self, path: Path) -> None:
        self.database = Database(path)
        self.facts = FactStore(self.database)
        self.views = ViewCatalog(self.database)
        self.repository = self.views.add_repository(identity="/src/shop/.git", name="shop", root="/src/shop")
        self.view = self.add_view(self.repository, "/src/shop")

    def add_view(self, repository: RepositoryId, root: str) -> ViewId:
        return self.views.add_view(repository, ViewKind.WORKTREE, name=root, root=root).view_id

    def add(self, path: str, data: bytes, *, repository: RepositoryId | None = None, problem: str = "") -> DocumentId:
        return self.facts.add(repository or self.repository, [form(path, data, problem=problem)])[0]

    def publish(self, view: ViewId, shown: list[DocumentId], hidden: tuple[DocumentId, ...] = ()) -> None:
        self.views.publish(view, shown=[(each, 10, 20) for each in shown], hidden=hidden, commit="c0ffee", report=IndexReport())

    def count(self, table: str) -> int:
        with self.database.read() as read:
            return read.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


def form(path: str, data: bytes, *, problem: str = "") -> StoredFile:
    return store_form(path, blob_id(data), analyze(path, data)[0], size=len(data), problem=problem)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "codelore.db")
    yield store
    store.database.close()


def test_a_document_gives_back_what_was_parsed(store: Store):
    document = store.add("shop.py", SHOP)
    assert store.facts.texts([document]) == {document: SHOP}
    assert store.facts.parsed(document) == analyze("shop.py", SHOP)[0]
    assert store.facts.paths([document, DocumentId(77)]) == {document: "shop.py"}


def test_equal_contents_are_stored_once_and_a_language_of_its_own_apart(store: Store):
    first = store.add("a.py", SHOP)
    assert store.add("a.py", SHOP) == first
    assert store.add("b.py", SHOP) != first
    assert (store.count("document"), store.count("content")) == (2, 1)
    other = store.add("a.js", SHOP)
    assert (store.count("document"), store.count("content")) == (3, 2)
    assert store.facts.parsed(other).language == "javascript"


def test_known_files_are_found_by_path_and_hash(store: Store):
    document = store.add("a\udcff.py", SHOP)
    known = ("a\udcff.py", blob_id(SHOP))
    assert store.facts.find(store.repository, [known, ("b.py", blob_id(SHOP)), ("a\udcff.py", blob_id(TALLY))]) == {known: document}
    other = store.views.add_repository(identity="/src/other", name="other", root="/src/other")
    assert store.facts.find(other, [known]) == {}


def test_facts_of_another_analyzer_are_not_used(store: Store):
    document = store.add("a.py", SHOP)
    store.publish(store.view, [document])
    with store.database.write() as write:
        write.execute("UPDATE content SET analyzer = -1")
    assert store.facts.find(store.repository, [("a.py", blob_id(SHOP))]) == {}
    assert not store.views.entries(store.view)["a.py"].current
    assert store.add("a.py", SHOP) != document


def test_what_does_not_exist_is_a_lookup_error(store: Store):
    with pytest.raises(LookupError, match="no document 5"):
        store.facts.texts([DocumentId(5)])
    with pytest.raises(LookupError, match="no document 5"):
        store.facts.parsed(DocumentId(5))


@pytest.mark.parametrize("column", ["text", "facts"])
def test_damaged_facts_are_a_store_error_with_the_remedy(store: Store, column: str):
    document = store.add("a.py", SHOP)
    with store.database.write() as write:
        write.execute(f"UPDATE content SET {column} = x'00ff'")
    with pytest.raises(StoreError, match=r"damaged.*index again"):
        store.facts.parsed(document)
    if column == "text":
        with pytest.raises(StoreError, match=r"damaged.*index again"):
            store.facts.texts([document])


def test_garbage_is_what_no_view_shows(store: Store):
    shown, hidden = store.add("a.py", SHOP), store.add("b.py", TALLY)
    store.publish(store.view, [shown])
    assert store.facts.hidden(store.repository) == (1, 2)
    assert store.facts.collect_garbage(store.repository) == 1
    assert store.facts.paths([shown, hidden]) == {shown: "a.py"}
    assert (store.count("document"), store.count("content")) == (1, 1)
    assert store.facts.collect_garbage(store.repository) == 0
    assert store.add("b.py", TALLY) > hidden, "an id is never used twice"


def test_garbage_of_one_repository_leaves_what_a_run_of_another_has_not_published(store: Store):
    other = store.views.add_repository(identity="/src/other", name="other", root="/src/other")
    unpublished = store.add("a.py", SHOP, repository=other)
    store.add("a.py", SHOP)
    assert store.facts.collect_garbage(store.repository) == 1
    assert store.facts.texts([unpublished]) == {unpublished: SHOP}


def test_forgetting_one_of_two_repositories_keeps_the_contents_they_share(store: Store):
    other = store.views.add_repository(identity="/src/other", name="other", root="/src/other")
    view = store.add_view(other, "/src/other")
    store.publish(store.view, [store.add("a.py", SHOP), store.add("b.py", TALLY)])
    store.publish(view, [store.add("a.py", SHOP, repository=other)])
    store.views.forget_repository(store.repository)
    store.facts.drop_contents()
    assert [each.name for each in store.views.repositories()] == ["other"]
    assert (store.count("document"), store.count("content")) == (1, 1)
    assert store.views.totals(view) == (1, 1, 2)
    assert store.database.check() == []


def test_a_view_moves_from_one_generation_to_the_next_at_once(store: Store):
    first, second = store.add("a.py", SHOP), store.add("b.py", TALLY)
    assert store.views.view(store.view).generation == 0
    store.publish(store.view, [first])
    store.publish(store.view, [second], (first,))
    view = store.views.view(store.view)
    assert (view.generation, view.commit) == (2, "c0ffee")
    assert store.views.document_ids(store.view) == [second]
    assert [document for document, _ in store.views.iterate_texts(store.view)] == [second]
    store.views.touch(store.view)
    assert store.views.view(store.view).generation == 2
    assert store.views.view(store.view).indexed_at >= view.indexed_at
    with pytest.raises(StoreError, match="FOREIGN KEY"):
        store.publish(store.view, [DocumentId(99)])
    assert store.views.view(store.view).generation == 2


def test_a_report_comes_back_with_names_of_any_bytes(store: Store):
    report = IndexReport(
        skipped={"binary": 2},
        failed=(Failure("a\udcff\n.py", "it crashed: \ud800".encode("utf-8", "replace").decode()),),
        screened=(ScreenedFile("b\udc80.bin", 3, 4, "binary", "NUL bytes"),),
        truncated=("3 more",),
        notes=("note",),
    )
    store.views.publish(store.view, shown=[], hidden=[], commit="", report=report)
    assert store.views.report(store.view) == report
    assert store.views.report(ViewId(99)) == IndexReport()


def test_what_is_incomplete_is_reported_as_long_as_a_view_shows_it(store: Store):
    document = store.add("a.py", SHOP, problem="indexed as plain text: it took too long")
    cut = store.add("b.py", TALLY)
    with store.database.write() as write:
        write.execute("UPDATE content SET truncated = 'cap one\ncap two' WHERE problem = ''")
    store.publish(store.view, [document, cut])
    failed, truncated = store.views.problems(store.view)
    assert failed == [Failure("a.py", "indexed as plain text: it took too long")]
    assert truncated == ["b.py: cap one", "b.py: cap two"]


def test_a_forgotten_view_is_gone(store: Store):
    store.views.forget_view(store.view)
    with pytest.raises(NotIndexedError, match="forgotten; index its folder again"):
        store.views.view(store.view)
    assert store.views.views(store.repository) == []
    assert store.add_view(store.repository, "/src/shop") > store.view


def test_repositories_and_views_are_found_again_by_identity_and_name(store: Store):
    again = store.views.add_repository(identity="/src/shop/.git", name="shop", root="/elsewhere")
    assert again == store.repository
    assert store.add_view(again, "/src/shop") == store.view
    assert [each.view_id for each in store.views.views()] == [store.view]
