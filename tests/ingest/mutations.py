"""Damaged variants of real files, the same for the same seed, and what must hold of the facts of any file."""

from __future__ import annotations

from pathlib import Path
from random import Random

from ingest.codec import decode_facts, encode_facts
from ingest.model import ParsedFile

REPOSITORIES = Path(__file__).parents[1] / "repos"
_TOKENS = (
    *(b"{", b"}", b"(", b"[", b"<", b'"', b"'", b'"""', b"`", b"/*", b"*/", b"//", b"#", b"<!--", b"<script>", b"</script>", b"\\", b"\r"),
    *(b"\0", b"\xff", b"\xed\xa0\x80", b'"\\ud800"', b"\xef\xbb\xbf", b"\n\n", b"\t", b": ", b"- ", b"$", b"=begin", b"%", b"\xe2\x80\xa8"),
)


def seeds() -> list[tuple[str, bytes]]:
    """Return every file of the golden repositories, by path."""
    return [(path.relative_to(REPOSITORIES).as_posix(), path.read_bytes()) for path in sorted(REPOSITORIES.rglob("*")) if path.is_file()]


def mutate(data: bytes, other: bytes, random: Random) -> bytes:
    """Damage ``data`` in one to four places; ``other`` is what splices take from."""
    for _ in range(random.randint(1, 4)):
        at, end = sorted((random.randint(0, len(data)), random.randint(0, len(data))))
        span = data[at : min(end, at + random.choice((1, 8, 80, 800)))]
        kind = random.randrange(7)
        if kind == 0 and data:  # flip a bit
            at = min(at, len(data) - 1)
            data = data[:at] + bytes([data[at] ^ 1 << random.randrange(8)]) + data[at + 1 :]
        elif kind == 1:
            data = data[:at] + data[at + len(span) :]
        elif kind == 2:
            data = data[:at] + span * random.choice((2, 3, 20)) + data[at + len(span) :]
        elif kind == 3:
            start = random.randint(0, len(other))
            data = data[:at] + other[start : start + random.choice((10, 100, 1000))] + data[end:]
        elif kind == 4:
            data = data[:at] if random.random() < 0.5 else data[at:]
        elif kind == 5:
            data = data[:at] + random.randbytes(random.randint(1, 12)) + data[at:]
        else:
            data = data[:at] + random.choice(_TOKENS) * random.choice((1, 1, 2, 30)) + data[at:]
    return data[:20_000]


def flaws(parsed: ParsedFile) -> list[str]:
    """Return what does not hold of a file's facts, in words."""
    found = [*_chunk_flaws(parsed), *_symbol_flaws(parsed)]
    symbols = range(-1, len(parsed.symbols))
    for reference in parsed.references:
        inside = 0 <= reference.start_byte < len(parsed.text) and 1 <= reference.line <= parsed.lines
        if not (inside and reference.symbol in symbols and reference.name):
            found.append(f"a reference points nowhere: {reference}")
    found += [f"a supertype points nowhere: {each}" for each in parsed.supertypes if each.symbol not in symbols[1:]]
    found += [f"an import lies nowhere: {each}" for each in parsed.imports if not 1 <= each.line <= parsed.lines]
    if decode_facts(encode_facts(parsed), parsed.text) != parsed:
        found.append("the facts are not what was stored")
    return found


def _chunk_flaws(parsed: ParsedFile) -> list[str]:
    found: list[str] = []
    at = 0
    for chunk in parsed.chunks:
        if chunk.start_byte != at or chunk.end_byte <= at:
            found.append(f"chunks leave a gap, overlap or are empty at {at}: {chunk}")
        at = chunk.end_byte
        if (chunk.start_line, chunk.end_line) != _lines(parsed.text, chunk.start_byte, chunk.end_byte):
            found.append(f"a chunk is on other lines: {chunk}")
        if chunk.symbol >= len(parsed.symbols):
            found.append(f"a chunk names no symbol: {chunk}")
    if at != len(parsed.text):
        found.append(f"chunks end at {at} of {len(parsed.text)}")
    return found


def _symbol_flaws(parsed: ParsedFile) -> list[str]:
    found: list[str] = []
    before = 0
    for index, symbol in enumerate(parsed.symbols):
        if not 0 <= symbol.start_byte < symbol.end_byte <= len(parsed.text) or symbol.start_byte < before:
            found.append(f"a symbol is out of order or out of the text: {symbol}")
            continue
        before = symbol.start_byte
        if not (symbol.name and 1 <= symbol.start_line <= symbol.end_line <= parsed.lines):
            found.append(f"a symbol has no name or no lines: {symbol}")
        if symbol.start_line != _line(parsed.text, symbol.start_byte):
            found.append(f"a symbol starts on another line: {symbol}")
        if symbol.parent >= index or symbol.parent < -1:
            found.append(f"a symbol's parent does not come before it: {symbol}")
        elif symbol.parent >= 0:
            parent = parsed.symbols[symbol.parent]
            if parent.start_byte > symbol.start_byte or symbol.end_byte > parent.end_byte:
                found.append(f"a symbol leaves its parent: {symbol} in {parent}")
    return found


def _lines(text: bytes, start: int, end: int) -> tuple[int, int]:
    return _line(text, start), _line(text, end - 1)


def _line(text: bytes, byte: int) -> int:
    return text.count(b"\n", 0, byte) + 1
