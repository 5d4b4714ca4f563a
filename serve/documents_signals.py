"""The signals of the ranking, as JSON of ``serve.wire_search`` and as text."""

from __future__ import annotations

from dataclasses import asdict

from retrieval.explained import Explained, explain_signals
from retrieval.ranking.fusion import load_fusion
from retrieval.weights import FUSION
from serve.documents import Document
from serve.render import Style

_OF = {
    "term": "of a term of the query: the exponential of the sum is what it counts",
    "file": "of a file",
    "neighbours": "of a file's neighbours, in the second pass",
    "transformer": "of a file's vectors, where a transformer has filled them in",
    "chunk": "of a span among those of its file",
    "place": "of a span, for a question from a place",
}


def signals_document() -> Document:
    """Return every signal, what it means and what it weighs. Raises ``ModelError`` when the weights cannot be read."""
    fusion = load_fusion(FUSION)
    return {
        "model": fusion.version,
        "trained": str(fusion.record.get("trained", "")),
        "signals": [asdict(each) for each in explain_signals()],
    }


def signals_text(style: Style) -> str:
    """Return the same for people: a line a signal, with its weights in the last pass. Raises ``ModelError`` as above."""
    found = explain_signals()
    width = max(len(each.name) for each in found)
    lines = [f"weights {load_fusion(FUSION).version}: of the signal, of its square root"]
    for of, title in _OF.items():
        lines += ["", style.strong(title), *(_line(each, width, style) for each in found if each.of == of)]
    return "\n".join(lines)


def _line(each: Explained, width: int, style: Style) -> str:
    weights = f"{each.weights.value:+8.3f} {each.weights.root:+8.3f}"
    return f"{each.name:<{width}}  {style.faint(weights)}  {each.about}"
