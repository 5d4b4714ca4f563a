"""What a comment or docstring says once its marks are gone."""

from __future__ import annotations

import re

_LONGEST = 1_200  # characters
_COMMENT_MARKS = re.compile(
    r"^\s*(?:/\*+!?|\*+/|///?!?<?|//|--\[\[|--+ ?[|^]|--+|#+|;+|%+|\*|\{- ?\|?|-\}|\"\"\"|=begin|=end)?[ \t]?", re.MULTILINE
)
_COMMENT_END = re.compile(r"\s*(?:\*+/|-\}|\]\])\s*$")
_XML_TAG = re.compile(r"</?[a-z]+\b[^<>]*>")
_XML_CROSS_REFERENCE = re.compile(r"""<[a-z]+\s+(?:cref|name|langword|href)=["'](?:[A-Z]:)?([^"'<>]*)["']\s*/>""")
_XML_PARAMETER = re.compile(r"""<(?:type)?param\s+name=["']([^"'<>]*)["']\s*>""")


def clean_comment(comment: str) -> str:
    """Strip comment marks from every line and join what is left, keeping paragraphs apart."""
    plain = _COMMENT_END.sub("", _COMMENT_MARKS.sub("", comment))
    if "<summary" in plain or "<inheritdoc" in plain:
        plain = _XML_TAG.sub("", _XML_CROSS_REFERENCE.sub(r"\1", _XML_PARAMETER.sub(r"\1: ", plain)))
    return shorten(plain)


def shorten(doc: str) -> str:
    """Strip every line and cut what goes on too long."""
    lines = [line.strip() for line in doc.strip().splitlines()]
    return "\n".join(lines)[:_LONGEST].strip()
