"""The exit code of each outcome, in one table."""

from __future__ import annotations

from ingest.errors import CodeloreError, ExtractionError, ModelError, NotIndexedError, QueryError, SourceError, StoreError

OK = 0
NOTHING = 1
USAGE = 2
SOURCE = 3
STORE = 4
INTERRUPTED = 130  # 128 + SIGINT
PIPE_CLOSED = 141  # 128 + SIGPIPE

EXIT_CODES: dict[type[BaseException], int] = {
    LookupError: NOTHING,
    CodeloreError: USAGE,
    QueryError: USAGE,
    SourceError: SOURCE,
    ExtractionError: SOURCE,
    NotIndexedError: SOURCE,
    StoreError: STORE,
    ModelError: STORE,
    OSError: STORE,
    BrokenPipeError: PIPE_CLOSED,
    KeyboardInterrupt: INTERRUPTED,
}
"""The exit code of an error is that of the nearest class among its bases."""


def exit_code(error: BaseException) -> int:
    """Return the exit code of the nearest class in the table."""
    return next(EXIT_CODES[base] for base in type(error).__mro__ if base in EXIT_CODES)
