"""Every error Codelore raises on purpose.

::

    CodeloreError               something a user can act on; the message says what was attempted, on what, and what to do next
    ├── SourceError             a source tree cannot be read
    │   ├── NotARepositoryError a git operation was asked for outside git, or git refuses the folder
    │   ├── RefNotFoundError    the branch, tag or commit does not exist
    │   └── EmptyTreeError      nothing to index: all files are ignored, or there are none
    ├── ExtractionError         files parsed, yet not one symbol came out of a language that defines symbols
    ├── StoreError              the fact store or a derived index cannot be opened, read or written
    │   ├── StoreBusyError      another process holds the store longer than the bound
    │   └── StoreFullError      the disk, or the quota, is full
    ├── NotIndexedError         the folder or repository has no index
    ├── QueryError              the query cannot be understood (a broken regular expression, an unknown filter value)
    └── ModelError              the embedding model cannot be loaded

A caller's mistake in Python code is a ``ValueError`` or ``LookupError``, never one of these.
"""


class CodeloreError(Exception):
    """Base of everything a user can act on."""


class SourceError(CodeloreError):
    """A source tree cannot be read."""


class NotARepositoryError(SourceError):
    """A git operation was asked for outside git, or git refuses the folder."""


class RefNotFoundError(SourceError):
    """The branch, tag or commit does not exist."""


class EmptyTreeError(SourceError):
    """Nothing to index: all files are ignored, or there are none."""


class ExtractionError(CodeloreError):
    """Files parsed, yet not one symbol came out of a language that defines symbols."""


class StoreError(CodeloreError):
    """The fact store or a derived index cannot be opened, read or written."""


class StoreBusyError(StoreError):
    """Another process holds the store longer than the bound."""


class StoreFullError(StoreError):
    """The disk, or the quota, is full."""


class NotIndexedError(CodeloreError):
    """The folder or repository has no index."""


class QueryError(CodeloreError):
    """The query cannot be understood."""


class ModelError(CodeloreError):
    """The embedding model cannot be loaded."""
