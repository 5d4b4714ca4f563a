"""Pairs of prose and code: what is found, what is refused, and what git is asked."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from eval.doc_pairs import (
    MAX_BODY_CHARACTERS,
    DocPair,
    PairKind,
    Repository,
    clean_doc,
    commit_pairs,
    file_pairs,
    first_sentence,
    listed_repositories,
    repository_pairs,
)
from ingest.errors import SourceError


def found(path: str, text: str) -> list[DocPair]:
    """Return the pairs of one made-up file."""
    return list(file_pairs("owner/name", path, text.encode()))


PYTHON = '''
class Reader:
    """Reads the lines of one text file. And more."""

    path: str
    encoding: str = "utf-8"

    @cached
    def lines(self):
        """Return all lines of the file.

        Args:
            none
        """
        # Split at every line end that Unicode knows
        return self.path.read_text().splitlines()
'''

CASES = {
    "a.js": "/**\n * Removes every entry that is too old.\n * @param {number} age\n */\nexport function prune(age) {\n  if (age) {\n    cut(age);\n  }\n}\nprune(1);\n",
    "a.go": "// Prune removes every entry that is too old.\nfunc (c *Cache) Prune(age int) error {\n\treturn c.entries.cut(age, time.Now())\n}\n",
    "a.rs": "/// Removes every entry that is too old.\n#[inline]\npub fn prune(&mut self, age: u64) -> usize {\n    self.entries.retain(|entry| entry.age < age)\n}\n",
    "A.java": "class A {\n    /** Removes every entry that is too old. */\n    @Override\n    public void prune(int age)\n    {\n        entries.removeIf(entry -> entry.age > age);\n    }\n}\n",
    "a.rb": "# Removes every entry that is too old.\ndef prune(age)\n  entries.reject! { |entry| entry.age > age && entry.done }\nend\nputs 1\n",
    "a.ex": '  @doc """\n  Removes every entry that is too old.\n  """\n  @spec prune(integer) :: :ok\n  def prune(age) do\n    Enum.reject(entries(), fn entry -> entry.age > age end)\n  end\n',
    "a.lua": "--- Removes every entry that is too old.\nfunction M.prune(age)\n  for at, entry in ipairs(entries) do drop(at, entry, age) end\nend\n",
    "a.sh": '# Removes every entry that is too old.\nprune() {\n  find "$CACHE" -type f -mtime "+$1" -delete\n  echo done with it\n}\n',
}


@pytest.mark.parametrize("path", CASES)
def test_layout_finds_the_definition_of_a_comment(path: str) -> None:
    """In every family of languages the comment is paired with its definition, whole and without the comment."""
    (pair,) = found(path, CASES[path])
    assert pair.doc.endswith("every entry that is too old.")
    assert pair.kind is PairKind.DOC
    assert "prune" in pair.body.lower()
    assert "too old" not in pair.body
    assert not pair.body.rstrip().endswith(("prune(1);", "puts 1"))


def test_python_docstrings_and_inner_comments() -> None:
    """Python pairs come from the syntax tree, with decorators and without the docstring; inner comments are marked."""
    pairs = found("reader.py", PYTHON)
    assert [(pair.doc, pair.kind) for pair in pairs] == [
        ("Reads the lines of one text file. And more.", PairKind.DOC),
        ("Return all lines of the file.", PairKind.DOC),
    ]
    assert pairs[1].body.lstrip().startswith("@cached")
    assert "Return all" not in pairs[1].body
    assert first_sentence(pairs[0].doc) == "Reads the lines of one text file."

    inner = found(
        "loop.py",
        "def f(rows):\n    # Keep only the rows that somebody asked for\n    kept = [row for row in rows if row.wanted]\n    index(kept)\n\n    other()\n",
    )
    assert [(pair.kind, pair.body.count("\n")) for pair in inner] == [(PairKind.COMMENT, 1)]


def test_long_bodies_are_cut() -> None:
    """A body is cut where the embedder would stop looking."""
    text = "/// Does very many things in a row.\nfn long() {\n" + "    let value = compute_something(value);\n" * 400 + "}\n"
    (pair,) = found("long.rs", text)
    assert len(pair.body) <= MAX_BODY_CHARACTERS


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("notes.txt", PYTHON),
        ("vendor/reader.py", PYTHON),
        ("app.min.js", CASES["a.js"]),
        ("broken.py", "def f(:\n" + PYTHON),
        (
            "licence.go",
            "// Copyright 2020 the authors of this file.\nfunc f() {\n\treturn something(long, enough, to, be, a, body, of, code)\n}\n",
        ),
        (
            "control.go",
            "// Stop here when nothing is left.\nif left == 0 {\n\treturn nothing(long, enough, to, be, a, body, of, code, again)\n}\n",
        ),
        ("open.c", "/* a comment that never ends and goes on"),
    ],
)
def test_files_without_pairs(path: str, text: str) -> None:
    """Unknown languages, foreign code, broken files, licences and plain statements at the top give nothing."""
    assert found(path, text) == []


@pytest.mark.parametrize(
    ("raw", "doc"),
    [
        ("Return the `name` of\nthe node.\n\nMore.", "Return the name of the node."),
        ("<p>Returns the {@code Map} of all keys.</p>", "Returns the Map of all keys."),
        ("Build :class:`~a.Tree` from some rows.", "Build a.Tree from some rows."),
        ("Adds two numbers.\n:param a: first", "Adds two numbers."),
        ("@return nothing at all here", ""),
        ("TODO: do something about this", ""),
        ("x = y[1] + z[2]; a += b", ""),
        ("two words", ""),
        ("日本語のコメント", ""),
    ],
)
def test_docs_are_prose(raw: str, doc: str) -> None:
    """A doc is its first paragraph without markup; what is not prose is refused."""
    assert clean_doc(raw) == doc


def test_short_first_sentences_are_not_enough() -> None:
    """A first sentence of one word says nothing, so the whole doc is taken."""
    assert first_sentence("Deprecated. Use the other reader instead.") == "Deprecated. Use the other reader instead."


def _git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    return subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Make a repository of two commits, named as a clone is."""
    folder = tmp_path / "owner+name"
    folder.mkdir()
    _git(folder, "init", "-q", "-b", "main")
    (folder / "reader.py").write_text(PYTHON)
    (folder / "again.py").write_text(PYTHON)
    (folder / "README.md").write_text("# A reader\n")
    _git(folder, "add", "-A")
    _git(folder, "commit", "-qm", "Start")
    (folder / "cache.go").write_text(CASES["a.go"])
    _git(folder, "add", "-A")
    _git(folder, "commit", "-qm", "feat(cache): throw old entries away (#12)")
    return tmp_path


def test_repositories_are_read_at_their_commit(clone: Path) -> None:
    """All pairs of a commit are read from git, each once; held-out repositories give no commits."""
    head = _git(clone / "owner+name", "rev-parse", "HEAD")
    pairs = repository_pairs(Repository("owner/name", head, "MIT", held_out=False), clone)
    assert sorted(str(pair.kind) for pair in pairs) == ["commit", "doc", "doc", "doc"]
    (commit,) = (pair for pair in pairs if pair.kind is PairKind.COMMIT)
    assert commit.doc == "throw old entries away"
    assert commit.language == "go"
    assert "func (c *Cache) Prune" in commit.body

    judged = repository_pairs(Repository("owner/name", head, "MIT", held_out=True), clone)
    assert {pair.kind for pair in judged} == {PairKind.DOC}


def test_wide_and_foreign_commits_say_little(clone: Path) -> None:
    """A commit over many files, or of vendored code, gives no pair."""
    folder = clone / "owner+name"
    for at in range(5):
        (folder / f"file{at}.go").write_text(CASES["a.go"])
    _git(folder, "add", "-A")
    _git(folder, "commit", "-qm", "Touch a great many files at once")
    (folder / "vendor").mkdir()
    (folder / "vendor" / "a.go").write_text(CASES["a.go"])
    _git(folder, "add", "-A")
    _git(folder, "commit", "-qm", "Copy somebody's code into the tree")
    head = _git(folder, "rev-parse", "HEAD")
    assert [pair.doc for pair in commit_pairs(Repository("owner/name", head, "MIT", held_out=False), folder)] == ["throw old entries away"]


def test_missing_clones_and_commits_are_named(clone: Path) -> None:
    """A clone or commit that is not there is a SourceError that says what to do."""
    with pytest.raises(SourceError, match=r"no clone at .*other\+name"):
        repository_pairs(Repository("other/name", "HEAD", "MIT", held_out=False), clone)
    with pytest.raises(SourceError, match="fetch the recorded commit"):
        repository_pairs(Repository("owner/name", "0" * 40, "MIT", held_out=False), clone)


def test_listed_repositories_are_pinned_and_permissive() -> None:
    """Every source of the shipped weights has a full commit and a permissive licence, and some are held out."""
    listed = listed_repositories()
    assert len({one.name for one in listed}) == len(listed)
    assert all(len(one.commit) == 40 for one in listed)
    allowed = {"MIT", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "curl", "Unlicense"}
    assert all(set(one.licence.replace(" OR ", " AND ").split(" AND ")) <= allowed for one in listed)
    assert 10 <= sum(one.held_out for one in listed) < len(listed) / 2
