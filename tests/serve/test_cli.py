"""What every command shares: exit codes, one-line errors, colours, and what it says about itself."""

import subprocess
from pathlib import Path

import pytest

from graph.languages.registry import RESOLVED
from ingest.errors import CodeloreError, EmptyTreeError, ModelError, NotIndexedError, QueryError, RefNotFoundError, StoreFullError
from ingest.languages.registry import LANGUAGES, levels
from ingest.model import ViewStatus
from retrieval.answers import Hit
from retrieval.query import parse_query
from serve import render
from serve.exit_codes import exit_code
from tests.serve.commands import Shell


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (LookupError("x"), 1),
        (QueryError("x"), 2),
        (CodeloreError("x"), 2),
        (EmptyTreeError("x"), 3),
        (RefNotFoundError("x"), 3),
        (NotIndexedError("x"), 3),
        (StoreFullError("x"), 4),
        (PermissionError("x"), 4),
        (BrokenPipeError("x"), 141),
        (KeyboardInterrupt(), 130),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else str(value),
)
def test_an_error_has_the_exit_code_of_its_nearest_class(error: BaseException, code: int) -> None:
    assert exit_code(error) == code


def test_every_error_of_ours_has_an_exit_code() -> None:
    """A class added later falls under one of its bases."""
    pending = [CodeloreError]
    while pending:
        kind = pending.pop()
        assert exit_code(kind("x")) in {2, 3, 4}
        pending += kind.__subclasses__()
    assert exit_code(ModelError("x")) == 4


def test_a_usage_error_is_exit_code_2(codelore: Shell) -> None:
    for arguments in ([], ["nonsense"], ["show"], ["completion", "fish"]):
        assert codelore(*arguments).code == 2


def test_version(codelore: Shell) -> None:
    assert codelore("--version").out == "codelore 0.1.0\n"


def test_languages_tell_what_is_read_from_each(codelore: Shell) -> None:
    """The list is the registry's, and the levels are read off the query files."""
    rows = {row["name"]: row for row in codelore("languages", "--json").json("LanguagesResult")["languages"]}
    assert rows["markdown"]["levels"] == ["outline"]
    assert rows["csv"]["levels"] == []
    for language, spec in LANGUAGES.items():
        resolved = ["resolution"] if language in RESOLVED else []
        assert rows[language]["levels"] == [*levels(language), *resolved]
        assert rows[language]["extensions"] == list(spec.extensions)
    readable = codelore("languages").out
    assert all(f"\n{name} " in f"\n{readable}" for name in rows)


def test_doctor_finds_this_installation_sound(codelore: Shell, shop: Path) -> None:
    done = codelore("doctor", "--json")
    result = done.json("DoctorResult")
    assert done.code == 0, result
    assert result["ok"]
    names = [check["name"] for check in result["checks"]]
    assert names == ["python", "sqlite", "git", "packages", "grammars", "model", "settings", "data folder", "store", "graph", "embedder"]
    assert "BAD" not in codelore("doctor").out


def test_doctor_tells_a_torn_store(codelore: Shell, home: Path) -> None:
    home.mkdir()
    (home / "codelore.db").write_bytes(b"this is no database" * 100)
    done = codelore("doctor")
    assert done.code == 1
    assert "BAD  store" in done.out
    assert "Traceback" not in done.out + done.err


def test_doctor_tells_a_bad_setting(codelore: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CODELORE_WORKERS", "0")
    done = codelore("doctor")
    assert done.code == 1
    assert "BAD  settings" in done.out


def test_doctor_tells_a_data_folder_that_cannot_be_made(codelore: Shell, home: Path) -> None:
    home.write_text("a file where the folder should be")
    assert "BAD  data folder" in codelore("doctor").out
    repos = codelore("repos")
    assert repos.code == 4
    assert repos.err.count("\n") == 1


@pytest.mark.parametrize("shell", ["bash", "zsh", "tcsh"])
def test_completion_names_every_command(codelore: Shell, shell: str) -> None:
    script = codelore("completion", shell).out
    assert all(command in script for command in ("index", "search", "forget", "doctor"))
    assert ("--budget" in script) is (shell != "tcsh")  # there the library completes commands only


def test_the_bash_completion_completes(codelore: Shell, tmp_path: Path) -> None:
    """The script is loaded into a real shell and asked."""
    script = tmp_path / "completion"
    script.write_text(codelore("completion", "bash").out)
    asked = (
        f'source {script}; COMP_WORDS=(codelore for); COMP_CWORD=1; complete -p codelore | grep -o "_[a-z_]*" | head -1 > name;'
        ' "$(cat name)"; echo "${COMPREPLY[@]}"'
    )
    done = subprocess.run(["bash", "-c", asked], cwd=tmp_path, capture_output=True, text=True, timeout=30, check=False)
    assert "forget" in done.stdout.split(), done.stderr


HIT = Hit(1, 0.5, "a/b.py", 3, 12, "run\x1b[2J", "", "python", "\n\ndef run():\n" + "    pass\n" * 9, "repo", "/v", {"lexical": 0.5})


def test_a_hit_cannot_drive_the_terminal() -> None:
    """Control characters are spelled out, and colours are ours alone."""
    shown = render.hits([HIT], parse_query("anything"), render.Style())
    assert "\x1b" not in shown
    assert "run\\x1b[2J" in shown
    assert "\x1b[35ma/b.py:3-12\x1b[0m" in render.hits([HIT], parse_query("anything"), render.Style(color=True))


def test_lines_that_are_not_shown_are_counted() -> None:
    """Blank lines at the start are passed over, and the line numbers stay right."""
    shown = render.hits([HIT], parse_query("anything"), render.Style(), several=True)
    assert " 5  def run():" in shown
    assert "more lines" in shown
    assert "  repo" in shown


def test_the_status_line_names_what_limits_the_answer() -> None:
    status = ViewStatus("/v", "r", 0, 0.0, pending=-1, truncated=("one", "two"), notes=("a note",))
    assert render.status_line([status]) == "/v: 0 files, not indexed yet, pending not checked, truncated: one and 1 more; a note"


@pytest.mark.parametrize(
    ("seconds", "said"), [(3, "as of 3 s ago"), (60, "as of 1 minute ago"), (7_300, "as of 2 hours ago"), (200_000, "as of 2 days ago")]
)
def test_age_is_readable(seconds: int, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time", lambda: 1_000_000.0)
    assert render.age(1_000_000.0 - seconds) == said
