"""Text of repositories and questions, made safe to show."""

from __future__ import annotations

_CONTROL = {code: f"\\x{code:02x}" for code in (*range(32), *range(0x7F, 0xA0))} | {
    code: f"\\u{code:04x}" for code in (*range(0xD800, 0xE000), 0x2028, 0x2029, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
}


def plain(text: str) -> str:
    """Spell out control characters, line ends, marks of direction and halves of surrogates: text must not drive a terminal or a page."""
    return text.translate(_CONTROL)


def shortened(text: str, length: int) -> str:
    """Return the text, or its beginning with a mark that it goes on."""
    return text if len(text) <= length else text[: length - 1] + "…"
