"""Settings come from the environment, then a file, then the place that uses them; a bad one is named with what it may be."""

from pathlib import Path

import pytest

from ingest.model import SkipRule
from ingest.walk import WalkOptions
from retrieval.run import IndexOptions
from serve.compose import engine_options
from serve.settings import Settings, SettingsError, load_settings
from tests.serve.commands import Shell

DOCUMENT = Path(__file__).parents[2] / "docs" / "settings.md"


def write_file(folder: Path, text: str) -> Path:
    file = folder / "config" / "codelore" / "codelore.toml"
    file.parent.mkdir(parents=True)
    file.write_text(text)
    return file


def test_without_any_the_users_own_folder_and_every_default(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Defaults stand where they are used, and the document names the same."""
    monkeypatch.delenv("CODELORE_DATA_DIR")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    settings = load_settings()
    options = engine_options(settings)
    assert settings == Settings(data_dir=tmp_path / "share" / "codelore")
    assert options.index == IndexOptions()
    assert options.index.walk == WalkOptions()
    for default in (options.index.workers, options.index.walk.max_file_bytes, options.index.lock_seconds, options.busy_seconds):
        assert f"| {default:.0f} |" in DOCUMENT.read_text()


def test_the_environment_wins_over_the_file(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_file(tmp_path, 'workers = 4\nmax_file_bytes = 9\nkeep = ["binary"]\nbusy_seconds = 1.5\ndata_dir = "elsewhere"')
    monkeypatch.setenv("CODELORE_WORKERS", "3")
    monkeypatch.setenv("CODELORE_KEEP", "lockfile, minified")
    monkeypatch.setenv("CODELORE_LOCK_SECONDS", "")
    settings = load_settings()
    assert settings == Settings(home, 3, 9, frozenset({SkipRule.LOCKFILE, SkipRule.MINIFIED}), None, 1.5)
    options = engine_options(settings)
    assert (options.index.workers, options.index.walk.max_file_bytes, options.busy_seconds) == (3, 9, 1.5)
    assert options.index.walk.keep == settings.keep


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("WORKERS", "0", "CODELORE_WORKERS is '0', but it must be a whole number, 1 or more"),
        ("WORKERS", "two", "a whole number"),
        ("MAX_FILE_BYTES", "1.5", "a whole number"),
        ("KEEP", "everything", "a list of skip rules out of binary, too-large, minified, lockfile, translation, codeloreignore"),
        ("KEEP", "broken-link", "a list of skip rules"),
        ("LOCK_SECONDS", "nan", "a number of seconds"),
        ("BUSY_SECONDS", "-1", "a number of seconds"),
        ("BUSY_SECONDS", "soon", "a number of seconds"),
        ("DATA_DIR", "~nobody-of-this-name/x", "names no user"),
    ],
)
def test_a_bad_value_is_named_with_what_it_may_be(home: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str) -> None:
    monkeypatch.setenv(f"CODELORE_{name}", value)
    with pytest.raises(SettingsError) as raised:
        load_settings()
    assert f"CODELORE_{name} is {value!r}" in str(raised.value)
    assert said in str(raised.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("workers = ", "is not valid TOML"),
        ("wrokers = 2", "has no meaning for wrokers; it may set data_dir, workers,"),
        ("workers = true", "workers in .* is True, but it must be a whole number"),
        ("keep = 7", "a list of skip rules"),
        ("keep = [7]", "a list of skip rules"),
        ("data_dir = 7", "the path of a folder"),
    ],
)
def test_a_bad_file_is_named(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, said: str) -> None:
    monkeypatch.delenv("CODELORE_DATA_DIR")
    file = write_file(tmp_path, text)
    with pytest.raises(SettingsError, match=said) as raised:
        load_settings()
    assert str(file) in str(raised.value)


def test_a_file_that_cannot_be_read_is_said(home: Path, tmp_path: Path) -> None:
    (tmp_path / "config" / "codelore" / "codelore.toml").mkdir(parents=True)
    with pytest.raises(SettingsError, match="cannot read the settings file"):
        load_settings()


def test_a_bad_setting_is_exit_code_2(codelore: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CODELORE_WORKERS", "many")
    done = codelore("repos")
    assert done.code == 2
    assert done.err == "codelore repos: CODELORE_WORKERS is 'many', but it must be a whole number, 1 or more\n"


def test_where_the_graph_is_kept(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An address with its user and password is taken as it is, and none of it is shown."""
    monkeypatch.setenv("CODELORE_GRAPH_URL", "bolt+s://someone:hidden@graph.example:7687/code")
    monkeypatch.setenv("CODELORE_GRAPH_PASSWORD", "veiled")
    settings = load_settings()
    assert (settings.graph_url, settings.graph_password) == ("bolt+s://someone:hidden@graph.example:7687/code", "veiled")
    assert "hidden" not in repr(settings)
    assert "veiled" not in repr(settings)


@pytest.mark.parametrize("url", ["http://someone:hidden@graph.example", "bolt://", "bolt://someone:hidden@", "graph.example:7687"])
def test_an_address_that_is_none_is_named_without_its_password(home: Path, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("CODELORE_GRAPH_URL", url)
    with pytest.raises(
        SettingsError, match="CODELORE_GRAPH_URL is set to something, but it must be the address of a Neo4j server: bolt://"
    ) as raised:
        load_settings()
    assert "hidden" not in str(raised.value)
