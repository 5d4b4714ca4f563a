"""Rules of notebook outlines that the sample does not show."""

from __future__ import annotations

import json

import pytest

from ingest.formats.notebook import notebook


def test_cells_of_version_3_are_found() -> None:
    """Old notebooks keep their cells in worksheets and their source in ``input``."""
    text = json.dumps({
        "worksheets": [{"cells": [{"cell_type": "code", "input": ["x = 1\n", "y"], "outputs": [{"cell_type": "no"}]}]}]
    }).encode()
    assert [(item.name, item.doc) for item in notebook(text).symbols] == [("cell 1 (code)", "x = 1 y")]


@pytest.mark.parametrize("indent", [None, 1])
def test_positions_are_those_of_the_file(indent: int | None) -> None:
    """A cell's span holds its source, in a pretty file and in one on a single line."""
    cells = [
        {"cell_type": "markdown", "source": "# A\nb"},
        {"cell_type": "code", "source": ["c = 'é'"], "outputs": [{"data": "x" * 9_000}]},
    ]
    text = json.dumps({"cells": cells, "nbformat": 4}, indent=indent).encode()
    first, second = notebook(text).symbols
    assert b"# A" in text[first.start_byte : first.end_byte]
    assert text[second.start_byte : second.end_byte].strip().endswith(b"}")
    assert second.signature == "c = 'é'"
    assert json.loads(text[second.start_byte : second.end_byte]) == cells[1]


def test_truncated_notebook_keeps_its_cells() -> None:
    """A file that was cut off still shows the cells that begin in it."""
    (cell,) = notebook(b'{"cells": [{"source": ["a').symbols
    assert (cell.name, cell.signature) == ("cell 1 (unknown)", "")


def test_lone_surrogates_do_not_break_the_text() -> None:
    """Half of a surrogate pair is replaced."""
    (cell,) = notebook(b'{"cells": [{"cell_type": "code", "source": "a \\ud83d b"}]}').symbols
    assert cell.doc.startswith("a \ufffd")
