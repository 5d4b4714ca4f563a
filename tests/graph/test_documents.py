"""Which symbols a document is about."""

from __future__ import annotations

import time

import pytest

from graph.documents import MAX_CANDIDATES, DefinitionIndex, any_mentioned, document_edges, mentions, reexports_of, words_mentioned
from graph.model import Edge, EdgeKind, Evidence, FileGraph, Handle, Node, NodeKind
from ingest.analyze import analyze
from ingest.model import Import, SymbolKind
from tests.graph.graphs import symbol

NODES = [
    symbol("src/shop/cart.py#Cart", SymbolKind.CLASS),
    symbol("src/shop/cart.py#Cart.total", SymbolKind.METHOD),
    symbol("src/shop/cart.py#parse_query"),
    symbol("src/shop/cart.py#main"),
    symbol("src/shop/cart.py#run_all"),
    symbol("other/cart.py#run_all"),
    symbol("other/util.py#OnlyMethod.inner_thing", SymbolKind.METHOD),
    symbol("src/shop/__init__.py#version_info"),
    symbol("pkg/server/http.go#Listen", language="go"),
    symbol("lib/shape.cpp#Shape.area", language="cpp"),
    symbol("src/shop/cart.py#twice_made"),
    symbol("src/shop/cart.py#twice_made~2"),
    symbol("docs/conf.md#not_code_at_all"),
    symbol("pyproject.toml#project.name", SymbolKind.KEY),
    *(symbol(f"many/{number}.py#common_name") for number in range(MAX_CANDIDATES + 1)),
]
PATHS = ["src/shop/cart.py", "docs/guide.md", "docs/helper.py", "README.md"]
INDEX = DefinitionIndex(NODES, PATHS)


@pytest.mark.parametrize(
    ("text", "handles", "rule"),
    [
        ("Cart.total", ["src/shop/cart.py#Cart.total"], "documents:qualified"),
        ("Cart.total()", ["src/shop/cart.py#Cart.total"], "documents:qualified"),
        ("Cart.total(x, y)", ["src/shop/cart.py#Cart.total"], "documents:qualified"),
        ("Cart#total", ["src/shop/cart.py#Cart.total"], "documents:qualified"),
        ("Shape::area", ["lib/shape.cpp#Shape.area"], "documents:qualified"),
        ("shop.cart.Cart.total", ["src/shop/cart.py#Cart.total"], "documents:qualified"),
        ("src.shop.cart.Cart", ["src/shop/cart.py#Cart"], "documents:qualified"),
        ("shop.version_info", ["src/shop/__init__.py#version_info"], "documents:qualified"),
        ("other.cart.run_all", ["other/cart.py#run_all"], "documents:qualified"),
        ("src/shop/cart.py#main", ["src/shop/cart.py#main"], "documents:path"),
        ("src/shop/cart.py::Cart::total", ["src/shop/cart.py#Cart.total"], "documents:path"),
        ("../src/shop/cart.py:Cart", ["src/shop/cart.py#Cart"], "documents:path"),
        ("src/shop/cart.py:12", ["src/shop/cart.py"], "documents:file"),
        ("helper.py", ["docs/helper.py"], "documents:file"),
        ("parse_query", ["src/shop/cart.py#parse_query"], "documents:name"),
        ("main()", ["src/shop/cart.py#main"], "documents:name"),
    ],
)
def test_proven_mentions(text: str, handles: list[str], rule: str) -> None:
    """By path, by a qualified name only one has, or by a unique name that is written as only code is."""
    found = INDEX.meaning(text, "docs")
    assert found is not None
    assert (list(found.handles), found.rule, found.proven) == (handles, rule, True)


@pytest.mark.parametrize(
    ("text", "handles"),
    [
        ("run_all", ["other/cart.py#run_all", "src/shop/cart.py#run_all"]),
        ("cart.run_all", ["other/cart.py#run_all", "src/shop/cart.py#run_all"]),
        ("twice_made()", ["src/shop/cart.py#twice_made", "src/shop/cart.py#twice_made~2"]),
        ("inner_thing", ["other/util.py#OnlyMethod.inner_thing"]),
        ("shop.Cart", ["src/shop/cart.py#Cart"]),
        ("src/shop/cart.py#twice_made", ["src/shop/cart.py#twice_made", "src/shop/cart.py#twice_made~2"]),
    ],
)
def test_possible_mentions(text: str, handles: list[str]) -> None:
    """Several definitions, part of a module's path, a folder that may re-export, a member without its class: all of them, no fact."""
    found = INDEX.meaning(text)
    assert found is not None
    assert (list(found.handles), found.proven) == (handles, False)


@pytest.mark.parametrize(
    "text",
    [
        "main",
        "total",
        "Cart",
        "os.path.join",
        "self.total",
        "x.Cart.total",
        "not_code_at_all",
        "project.name",
        "nothing_here",
        "a b",
        "",
        "x" * 300,
        "gone.py",
        "src/shop/cart.py#gone",
        "--flag",
        "1.2",
    ],
)
def test_no_mention(text: str) -> None:
    """Plain words, foreign names, keys and headings mean nothing."""
    assert INDEX.meaning(text) is None


def test_what_a_package_imports_goes_by_its_name_too() -> None:
    """As far as the import is proven and keeps the name; members come along with their class."""
    path = "src/shop/__init__.py"
    imports = [Import(".cart", "Cart", "", 1), Import(".cart", "parse_query", "parse", 2), Import(".cart", "main", "main", 3)]
    lines = {"src/shop/cart.py#Cart": 1, "src/shop/cart.py#parse_query": 2, "src/shop/cart.py#main": 3, "src/shop/cart.py#run_all": 4}
    edges = [Edge(EdgeKind.IMPORTS, Evidence.PROVEN, "import", Handle(path), Handle(name), path, line) for name, line in lines.items()]
    edges.append(Edge(EdgeKind.IMPORTS, Evidence.POSSIBLE, "import", Handle(path), Handle("src/shop/cart.py#main"), path, 3))
    found = list(reexports_of(FileGraph(path, (), edges), imports))
    assert found == [(path, "src/shop/cart.py#Cart"), (path, "src/shop/cart.py#main")]
    assert list(reexports_of(FileGraph("src/shop/other.py", (), edges), imports)) == []
    index = DefinitionIndex(NODES, reexports=found)
    known = {text: index.meaning(text) for text in ("shop.Cart", "shop.Cart.total", "shop.main", "shop.parse_query")}
    assert {text: meaning.proven for text, meaning in known.items() if meaning} == {
        "shop.Cart": True,
        "shop.Cart.total": True,
        "shop.main": True,
        "shop.parse_query": False,
    }


def test_what_a_bare_name_cannot_prove() -> None:
    """A definition in an example, or one whose name the document's own code defines, is possible at most; one in a function is neither."""
    index = DefinitionIndex([symbol("examples/a.py#get_it"), symbol("src/a.py#make_it"), symbol("src/a.py#make_it.inner_one")])
    meanings = [index.meaning("get_it"), index.meaning("make_it"), index.meaning("make_it", own={"make_it"}), index.meaning("inner_one")]
    assert [meaning.proven if meaning else None for meaning in meanings] == [False, True, False, None]
    source = b"`make_it`\n```\ndef make_it():\n```\n"
    (edge,) = document_edges(FileGraph("a.md"), "markdown", source, index).edges
    assert edge.evidence is Evidence.POSSIBLE


def test_a_package_of_go_is_its_folder() -> None:
    found = DefinitionIndex(NODES, import_roots=("", "pkg")).meaning("server.Listen")
    assert found is not None and found.proven


MARKDOWN = b"""Top `parse_query`.

# Guide
Use ``Cart.total`` and `Cart.total` but not parse_query.

```python
parse_query()
~~~
```
~~~~
`main()`
~~~~
## Inner
See `run_all`, `common_name` and `docs/guide.md`, [link](x).
"""


def test_edges_of_a_document() -> None:
    """From the innermost section, at the place of the first mention; fenced code is no mention; too many candidates are counted."""
    parsed, _ = analyze("docs/guide.md", MARKDOWN)
    nodes = [Node(Handle("docs/guide.md"), NodeKind.FILE, "guide.md", "", "docs/guide.md", 1, parsed.lines)]
    for item in parsed.symbols:
        handle = Handle(f"docs/guide.md#{item.qualified_name}")
        nodes.append(Node(handle, item.kind, item.name, item.qualified_name, "docs/guide.md", item.start_line, item.end_line))
    found = document_edges(FileGraph("docs/guide.md", nodes), "markdown", MARKDOWN, INDEX)
    assert [(edge.source, edge.target, edge.evidence, edge.line) for edge in found.edges] == [
        ("docs/guide.md", "src/shop/cart.py#parse_query", Evidence.PROVEN, 1),
        ("docs/guide.md#Guide", "src/shop/cart.py#Cart.total", Evidence.PROVEN, 4),
        ("docs/guide.md#Guide > Inner", "other/cart.py#run_all", Evidence.POSSIBLE, 14),
        ("docs/guide.md#Guide > Inner", "src/shop/cart.py#run_all", Evidence.POSSIBLE, 14),
    ]
    assert {edge.kind for edge in found.edges} == {EdgeKind.DOCUMENTS}
    assert MARKDOWN[found.edges[0].start_byte : found.edges[0].end_byte] == b"parse_query"
    assert found.ambiguous == 1


def test_code_quotes_of_each_format() -> None:
    """Sphinx roles name code by their kind; other roles and single backticks do not; HTML has its own element."""
    rest = b"``a.b`` `no` :func:`f` :py:meth:`~x.y` :class:`Title <a.B>` :ref:`no` :meth:`z()`"
    assert [item.text for item in mentions("rst", rest)] == ["a.b", "f()", "x.y()", "a.B", "z()"]
    assert [item.text for item in mentions("html", b"<p>no<code class='x'>a.b</code><CODE>c()</CODE>")] == ["a.b", "c()"]
    assert [item.text for item in mentions("markdown", b"``a`` b ` c ` ``` x ```")] == ["a", "c", "x"]
    assert list(mentions("python", b"`a`")) == []


@pytest.mark.parametrize("language", ["markdown", "rst", "html"])
def test_hostile_documents_take_little_time(language: str) -> None:
    """Unclosed quotes in long runs."""
    started = time.process_time()
    for text in (
        b"`" * 500_000,
        b"` " * 300_000,
        b"``` " * 200_000,
        b":a" * 300_000,
        b"<code " * 100_000,
        b"<code>" * 100_000,
        b"> " * 300_000,
    ):
        for item in mentions(language, text):
            INDEX.meaning(item.text)
    assert time.process_time() - started < 20


@pytest.mark.parametrize("name", ["parse_query", "core.parse_query", "Shop::open", "`open` in tests", "$rows", "operator=="])
def test_what_a_mention_can_mean_has_one_of_its_words(name: str) -> None:
    """So that definitions with none of the words need not be looked at."""
    said = words_mentioned("markdown", b"See `app.core.parse_query()`, `a/shop.cpp#Shop::open`, `$rows` and `operator==`.\n")
    assert any_mentioned({"other", name}, said)
    assert not any_mentioned({"other", "<lambda1>", "==", "Barn::close"}, said)
