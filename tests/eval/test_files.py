"""Files that are written whole, and found unwritable before anything is measured for them."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.files import require_writable, write_whole


def test_a_file_is_written_with_its_folders_and_replaced(tmp_path: Path) -> None:
    """Nothing is left beside it."""
    file = tmp_path / "a" / "b" / "r.json"
    for text in ("one", "two"):
        require_writable(file)
        write_whole(file, text)
        assert file.read_text() == text
    assert list(file.parent.iterdir()) == [file]


def test_a_device_stays_one() -> None:
    require_writable(Path("/dev/null"))
    write_whole(Path("/dev/null"), "gone")
    assert not Path("/dev/null").is_file()


def test_what_cannot_be_written_is_known_before_and_changes_nothing(tmp_path: Path) -> None:
    """A folder of that name, or a file where a folder should be; a file that is there keeps its text."""
    (tmp_path / "r.json").write_text("kept")
    require_writable(tmp_path / "r.json")
    assert (tmp_path / "r.json").read_text() == "kept"
    for wrong in (tmp_path, tmp_path / "r.json" / "below.json"):
        with pytest.raises(OSError, match=r"directory|exists"):
            require_writable(wrong)
