"""Files that somebody asked for by name."""

from __future__ import annotations

from pathlib import Path


def write_whole(file: Path, text: str) -> None:
    """Write a file, with the folders it lies in, so that a reader never sees half of it; a device is written as it is.

    Raises ``OSError``.
    """
    beside = _beside(file)
    beside.write_text(text, encoding="utf-8")
    if beside != file:
        beside.replace(file)


def require_writable(file: Path) -> None:
    """Make the folders a file lies in, and try whether it can be written. Raises ``OSError``: before a run instead of at its end."""
    beside = _beside(file)
    beside.open("a").close()
    if beside != file:
        beside.unlink()


def _beside(file: Path) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    return file if file.exists() and not file.is_file() else file.with_name(f".{file.name}.partial")
