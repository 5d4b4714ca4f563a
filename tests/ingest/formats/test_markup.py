"""Rules of HTML, XML and style sheet outlines that the samples do not show."""

from __future__ import annotations

from ingest.formats.markup import attributes, css, html, scss, xml
from ingest.formats.spans import Outline


def names(found: Outline) -> list[str]:
    return [item.qualified_name for item in found.symbols]


def test_html_passes_over_comments_scripts_and_empty_headings() -> None:
    """What a browser does not show as a heading is none."""
    assert names(html(b"<!-- <h1>a</h1> --><style>h1 { }</style><h1> </h1><h1>b<H2>c</h2><SCRIPT>'<h3>d</h3>'")) == [
        "style",
        "c",
        "c > SCRIPT".lower(),
    ]


def test_html_title_after_content_is_text() -> None:
    """A title encloses the page only where it stands before everything else (an inline SVG has one too)."""
    assert names(html(b"<h1>a</h1><svg><title>b</title></svg>")) == ["a"]
    assert names(html(b"<title></title><h1>a</h1>")) == ["a"]


def test_html_captions_and_ids_stand_below_headings() -> None:
    """Captions, legends and blocks with an id belong to the heading above them."""
    assert names(html(b"<h3>a</h3>\n<div id=main>\n<table><caption>b</caption>\n<h2>c</h2>")) == ["a", "a > main", "a > b", "c"]


def test_attributes_of_a_tag() -> None:
    """Quoted, bare and repeated attributes; names in lower case."""
    assert attributes(b""" SRC="a b" alt='' data-x=1 src=c""") == {b"src": b"a b", b"alt": b"", b"data-x": b"1"}


def test_html_link_without_target_is_none() -> None:
    """A tag without an address links nothing."""
    assert html(b"<a name='x'>y</a> <img alt='z'>").imports == ()


def test_xml_survives_what_does_not_close() -> None:
    """An element that is never closed reaches to the end; a stray end tag closes nothing that is not open."""
    text = b"</x><a><b></b><c>"
    assert [(item.qualified_name, item.end_byte) for item in xml(text).symbols] == [("a", len(text)), ("a.b", 14), ("a.c", len(text))]


def test_xml_names_come_from_attributes_or_a_name_element() -> None:
    """An element goes by its name, id or key, else by its tag."""
    assert names(xml(b"<r><i id='7'/><j x='1'/><k><name>n</name></k></r>")) == ["r", "r.7", "r.j", "r.k[n]", "r.k[n].name"]


def test_css_strings_and_unbalanced_braces() -> None:
    """Braces in strings and a surplus of closing ones end nothing; an open rule reaches to the end."""
    text = b"} a::after { content: '}' } b { c: d"
    assert [(item.name, item.end_byte) for item in css(text).symbols] == [("a::after", 27), ("b", len(text))]


def test_css_rule_without_selector_is_none() -> None:
    """A bare block has no name and is text."""
    assert names(css(b"{ a: b } c { d: e }")) == ["c"]


def test_scss_depth_is_bounded() -> None:
    """Rules nest three levels deep; what is deeper is text."""
    assert names(scss(b"a { b { c { d { e: f } } } }")) == ["a", "a b", "a b c"]


def test_scss_comment_inside_a_selector_is_no_part_of_it() -> None:
    """Comments between selectors are dropped from the name."""
    assert names(scss(b"a, /* x; */ b // y\n { c: d }")) == ["a, b"]
