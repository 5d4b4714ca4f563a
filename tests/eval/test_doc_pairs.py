"""Pairs of prose and code: what is found, what is refused, and what git is asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.doc_pairs import (
    MAX_BODY_CHARACTERS,
    DocPair,
    PairKind,
    Repository,
    clean_doc,
    file_pairs,
    first_sentence,
    listed_repositories,
    repository_pairs,
)
from ingest.errors import SourceError
from tests.ingest.repositories import commit_all, git, new_repository, write


def found(path: str, text: str) -> list[DocPair]:
    """Return the pairs of one made-up file whose prose is a comment."""
    return [pair for pair in file_pairs("owner/name", path, text.encode()) if pair.kind is not PairKind.NAME]


def named(path: str, text: str) -> list[DocPair]:
    """Return the pairs of one made-up file whose prose is a name."""
    return [pair for pair in file_pairs("owner/name", path, text.encode()) if pair.kind is PairKind.NAME]


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
    "a.js": """/**
 * Removes every entry that is too old.
 * @param {number} age
 */
export function prune(age) {
  if (age) {
    cut(age);
  }
}
prune(1);
""",
    "a.go": """// Prune removes every entry that is too old.
func (c *Cache) Prune(age int) error {
	return c.entries.cut(age, time.Now())
}
""",
    "a.rs": """/// Removes every entry that is too old.
#[inline]
pub fn prune(&mut self, age: u64) -> usize {
    self.entries.retain(|entry| entry.age < age)
}
""",
    "A.java": """class A {
    /** Removes every entry that is too old. */
    @Override
    public void prune(int age)
    {
        entries.removeIf(entry -> entry.age > age);
    }
}
""",
    "a.rb": """# Removes every entry that is too old.
def prune(age)
  entries.reject! { |entry| entry.age > age && entry.done }
end
puts 1
""",
    "a.ex": '''  @doc """
  Removes every entry that is too old.
  """
  @spec prune(integer) :: :ok
  def prune(age) do
    Enum.reject(entries(), fn entry -> entry.age > age end)
  end
''',
    "a.lua": """--- Removes every entry that is too old.
function M.prune(age)
  for at, entry in ipairs(entries) do drop(at, entry, age) end
end
""",
    "a.sh": """# Removes every entry that is too old.
prune() {
  find "$CACHE" -type f -mtime "+$1" -delete
  echo done with it
}
""",
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

    lines = (
        "def f(rows):",
        "    # Keep only the rows asked for",
        "    kept = [row for row in rows if row.wanted]",
        "    index(kept)",
        "",
        "    x()",
    )
    inner = found("loop.py", "\n".join(lines))
    assert [(pair.kind, pair.body.count("\n")) for pair in inner] == [(PairKind.COMMENT, 1)]


@pytest.mark.parametrize(
    ("path", "head"),
    [
        ("a.py", "def read_all_lines(path):"),
        ("a.go", "func ReadAllLines(path string) {"),
        ("A.java", "public void readAllLines(Path path) {"),
    ],
)
def test_names_are_prose_too(path: str, head: str) -> None:
    """The name of a definition, split into words, is paired with the definition, from which it is taken away."""
    body = "\n".join(f"    line{at} = parse(path, readAllLines, {at})" for at in range(5))
    (pair,) = named(path, f"{head}\n{body}\n}}\n" if head.endswith("{") else f"{head}\n{body}\n")
    assert pair.doc.lower() == "read all lines"
    assert head.split("(")[0].split()[-1] not in pair.body
    assert pair.body.count("line") >= 5


def test_small_and_single_word_names_say_too_little() -> None:
    """One-word names and definitions of a few lines give no pair."""
    assert named("a.py", "def read(path):\n" + "    path = path.resolve(strict=True)\n" * 6) == []
    assert named("a.py", "def read_lines(path):\n    return path.read_text().splitlines()\n") == []


def test_long_bodies_are_cut() -> None:
    """A body is cut where the embedder would stop looking."""
    text = "/// Does very many things in a row.\nfn long() {\n" + "    let value = compute_something(value);\n" * 400 + "}\n"
    (pair,) = (pair for pair in found("long.rs", text) if pair.kind is PairKind.DOC)
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


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Make a repository of two commits, named as a clone is."""
    folder = new_repository(tmp_path / "owner+name", {"reader.py": PYTHON, "again.py": PYTHON, "README.md": "# A reader\n"})
    write(folder, {"cache.go": CASES["a.go"]})
    commit_all(folder, "feat(cache): throw old entries away (#12)")
    return tmp_path


def test_repositories_are_read_at_their_commit(clone: Path) -> None:
    """All pairs of a commit are read from git, each once, whatever was committed later."""
    first = git(clone / "owner+name", "rev-parse", "HEAD~1")
    head = git(clone / "owner+name", "rev-parse", "HEAD")
    pairs = repository_pairs(Repository("owner/name", head, "MIT", held_out=False), clone)
    assert sorted(pair.language for pair in pairs if pair.kind is PairKind.DOC) == ["go", "python", "python"]
    assert {pair.repository for pair in pairs} == {"owner/name"}
    assert len(repository_pairs(Repository("owner/name", first, "MIT", held_out=True), clone)) < len(pairs)


def test_blobs_that_a_partial_clone_lacks_are_passed_over(clone: Path) -> None:
    """A listed file whose content is not there costs that file only."""
    folder = clone / "owner+name"
    head, blob = git(folder, "rev-parse", "HEAD"), git(folder, "rev-parse", "HEAD:cache.go")
    (folder / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    pairs = repository_pairs(Repository("owner/name", head, "MIT", held_out=False), clone)
    assert {pair.language for pair in pairs} == {"python"}


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
