"""Rules of diagram outlines that the samples do not show."""

from __future__ import annotations

from ingest.formats.diagram import MAX_LABELS, drawio, graphviz, mermaid, plantuml, svg


def test_svg_without_title_goes_by_its_format() -> None:
    """A drawing without words is still one section; the second title is a label."""
    assert [(item.name, item.doc) for item in svg(b"<svg><path d=''/></svg>").symbols] == [("svg", "")]
    assert [(item.name, item.doc) for item in svg(b"<svg><title>A</title><g><title>B</title></g></svg>").symbols] == [("A", "B")]


def test_text_that_never_closes_ends_the_labels() -> None:
    """An unclosed text element is read up to its last tag, and nothing after it."""
    assert svg(b"<svg><text>a<text>b").symbols[0].doc == "a"


def test_labels_are_bounded_visibly() -> None:
    """A diagram with more labels than fit says how many it kept."""
    found = svg(b"<svg>" + b"".join(b"<text>label %d</text>" % number for number in range(2_000)) + b"</svg>")
    assert len(found.symbols[0].doc) <= MAX_LABELS
    (note,) = found.truncated
    assert note.startswith("diagram: ") and f"cap of {MAX_LABELS} characters" in note


def test_labels_count_once_and_in_order() -> None:
    """A label that repeats is one label."""
    assert mermaid(b"graph LR\nA[x] --> B[y]\nA[x] --> C[z]\n").symbols[0].doc == "x; y; z"


def test_diagrams_without_known_words_keep_their_format() -> None:
    """Whatever the text, there is one section named by the format."""
    assert [found.symbols[0].name for found in (mermaid(b"?"), plantuml(b"?"), graphviz(b"?"), drawio(b"?"))] == [
        "mermaid",
        "plantuml",
        "graph",
        "drawio",
    ]


def test_graphviz_record_labels_and_comments() -> None:
    """The fields of a record are words; comments and colours are none."""
    found = graphviz(b'digraph { a [shape=record, label="one|two\\nthree"]; /* "no" */ a -- b; }')
    assert found.symbols[0].doc == "one two three; b"
