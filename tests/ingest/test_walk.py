"""Which files of a source tree are indexed, and what is said about the rest."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
from collections import Counter
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.errors import EmptyTreeError, NotARepositoryError, SourceError
from ingest.git import blob_id, find_checkout, resolve_ref
from ingest.model import Failure, Skipped, SkipRule, SourceFile, SourceTree
from ingest.walk import WalkOptions, read_source, screen, skip_by_name, walk, walk_commit
from tests.ingest.repositories import commit_all, git, give_away, new_repository, public_folder, without_privileges, write

OPTIONS = WalkOptions()
GIT_OR_NOT = pytest.mark.parametrize("in_git", [True, False], ids=["git", "plain"])


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "tree"
    folder.mkdir()
    return folder


def paths(tree: SourceTree) -> list[str]:
    return [file.path for file in tree]


def rules(tree: SourceTree) -> dict[str, SkipRule]:
    return {skip.path: skip.rule for skip in tree.skipped}


def ref_tree(root: Path, ref: str = "HEAD", options: WalkOptions = OPTIONS) -> SourceTree:
    checkout = find_checkout(str(root))
    assert checkout is not None
    return walk_commit(checkout, resolve_ref(checkout, ref), options)


# ---- listing


@GIT_OR_NOT
def test_files_come_in_order_with_size_and_time(root: Path, in_git: bool) -> None:
    """A file has its path from the root, its size and its time; nothing has been opened, so no hash is known."""
    write(root, {"b.py": "bb", "a/z.py": "z", "a.py": "a", ".hidden/x.py": "x"})
    if in_git:
        git(root, "init", "-q")
    tree = walk(str(root), OPTIONS)
    assert paths(tree) == [".hidden/x.py", "a.py", "a/z.py", "b.py"]
    assert tree.files[3] == SourceFile("b.py", 2, (root / "b.py").stat().st_mtime_ns, None)
    assert (tree.skipped, tree.failures) == ((), ())


@GIT_OR_NOT
def test_ignore_files_hide(root: Path, in_git: bool) -> None:
    """.gitignore rules count at every depth, negations too; the stores of version control are never entered."""
    write(root, {".gitignore": "*.log\n/build\n!keep.log\n", "sub/.gitignore": "gen.py\n", "sub/gen.py": "", "gen.py": "", "x.log": ""})
    write(root, {"keep.log": "k", "build/a.py": "", "sub/build/b.py": "b"})
    git(root, "init", "-q") if in_git else write(root, {"sub/.git/config": "", "sub/.svn/entries": ""})
    expected = [".gitignore", "gen.py", "keep.log", "sub/.gitignore", "sub/build/b.py"]
    assert [path for path in paths(walk(str(root), OPTIONS)) if ".svn" not in path] == expected


def test_plain_folders_honour_dot_ignore_but_nothing_above(root: Path) -> None:
    """Outside git, ignore files above the root were written for another tree."""
    write(root.parent, {".gitignore": "*\n", ".ignore": "*\n"})
    write(root, {".ignore": "secret.txt\n", "secret.txt": "", "a.py": ""})
    assert paths(walk(str(root), OPTIONS)) == [".ignore", "a.py"]


def test_tracked_files_are_listed_whatever_gitignore_says(root: Path) -> None:
    """An ignore rule hides untracked files only, as in git."""
    write(root, {"gen.py": "x", "a.py": "x"})
    git(root, "init", "-q")
    commit_all(root)
    write(root, {".gitignore": "gen*.py\n", "gen2.py": "x"})
    assert paths(walk(str(root), OPTIONS)) == [".gitignore", "a.py", "gen.py"]


def test_a_sub_folder_of_a_checkout_is_a_root(root: Path) -> None:
    """Paths count from the folder given, and the rules above it apply."""
    new_repository(root, {".gitignore": "*.log\n", "src/app/a.py": "a", "src/app/x/b.py": "b", "other.py": "o"})
    write(root, {"src/app/new.py": "n", "src/app/x.log": "l"})
    assert paths(walk(str(root / "src" / "app"), OPTIONS)) == ["a.py", "new.py", "x/b.py"]


def test_a_repository_without_commits_is_walked(root: Path) -> None:
    """Untracked files are files."""
    git(root, "init", "-q")
    write(root, {"a.py": "x"})
    assert paths(walk(str(root), OPTIONS)) == ["a.py"]


def test_deleted_files_are_not_there(root: Path) -> None:
    """git lists a tracked file that is gone; the walk does not."""
    new_repository(root, {"a.py": "a", "gone.py": "g", "folder/gone.py": "g", "swapped/b.py": "b"})
    (root / "gone.py").unlink()
    (root / "folder" / "gone.py").unlink()
    (root / "folder").rmdir()
    (root / "swapped" / "b.py").unlink()
    (root / "swapped").rmdir()
    write(root, {"swapped": "now a file"})
    assert paths(walk(str(root), OPTIONS)) == ["a.py", "swapped"]


def test_sparse_checkouts_show_what_is_checked_out(root: Path) -> None:
    """Files outside the sparse set are simply not there."""
    new_repository(root, {"in/a.py": "a", "out/b.py": "b"})
    git(root, "sparse-checkout", "set", "in")
    assert paths(walk(str(root), OPTIONS)) == ["in/a.py"]


def test_a_conflicted_file_is_listed_once(root: Path) -> None:
    """During a merge git lists both sides of a path."""
    new_repository(root, {"a.py": "base\n"})
    git(root, "checkout", "-q", "-b", "side")
    write(root, {"a.py": "side\n"})
    commit_all(root)
    git(root, "checkout", "-q", "main")
    write(root, {"a.py": "main\n"})
    commit_all(root)
    merged = subprocess.run(["git", "-C", str(root), "-c", "user.name=A", "-c", "user.email=a@b", "merge", "-q", "side"], check=False)
    assert merged.returncode != 0
    assert paths(walk(str(root), OPTIONS)) == ["a.py"]


def test_linked_worktrees_and_shallow_clones_are_walked(root: Path, tmp_path: Path) -> None:
    """Neither needs a .git folder of its own or the whole history."""
    new_repository(root, {"a.py": "a"})
    commit_all(root)
    git(root, "worktree", "add", "-q", str(tmp_path / "w"), "-b", "side")
    subprocess.run(["git", "clone", "-q", "--depth", "1", f"file://{root}", str(tmp_path / "s")], check=True)
    assert paths(walk(str(tmp_path / "w"), OPTIONS)) == paths(walk(str(tmp_path / "s"), OPTIONS)) == ["a.py"]


@GIT_OR_NOT
def test_any_file_name_is_walked_and_read(root: Path, in_git: bool) -> None:
    """Line ends, quotes, blanks, non-UTF-8 bytes and a leading dash are names like others."""
    names = [
        "new\nline.py",
        "quote\"'.py",
        " blank .py",
        "tab\t.py",
        "-rf.py",
        "ü/☃.py",
        os.fsdecode(b"latin\xe9/\xff.py"),
        "back\\slash.py",
    ]
    write(root, dict.fromkeys(names, "x"))
    if in_git:
        new_repository(root, {})
        write(root, {"untracked\n.py": "x"})
        names.append("untracked\n.py")
    tree = walk(str(root), OPTIONS)
    assert paths(tree) == sorted(names)
    assert [read_source(str(root), file, OPTIONS) for file in tree] == [b"x"] * len(names)
    if in_git:
        assert paths(ref_tree(root)) == sorted(names[:-1])


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.binary(min_size=1, max_size=12).filter(lambda name: not set(name) & {0, 47} and name not in {b".", b".."}), min_size=1))
def test_arbitrary_names_survive_the_walk(tmp_path_factory: pytest.TempPathFactory, names: list[bytes]) -> None:
    """Whatever bytes a file system takes, the walk returns every file exactly once, in git and out of it."""
    folder = tmp_path_factory.mktemp("names")
    wanted = {b"f" + name + b".py" for name in names}
    for name in wanted:
        with open(os.fsencode(folder) + b"/" + name, "wb") as file:
            file.write(b"x")
    expected = sorted(os.fsdecode(name) for name in wanted)
    assert paths(walk(str(folder), OPTIONS)) == expected
    git(folder, "init", "-q")
    assert paths(walk(str(folder), OPTIONS)) == expected
    commit_all(folder)
    assert paths(walk(str(folder), OPTIONS)) == paths(ref_tree(folder)) == expected


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        st.lists(st.sampled_from(["a", "b.py", ".git", ".svn", "c d"]), min_size=1, max_size=4).map("/".join),
        st.sampled_from(["file", "link", "pipe", "folder"]),
        max_size=8,
    )
)
def test_a_tree_is_listed_alike_with_and_without_ignore_files(tmp_path_factory: pytest.TempPathFactory, entries: dict[str, str]) -> None:
    """Ignore files that hide nothing change nothing: the short cut for trees without them agrees with the library."""
    folder = tmp_path_factory.mktemp("alike")
    for path, kind in entries.items():
        place = folder / path
        with contextlib.suppress(OSError):  # a file stands where a folder is needed, or the other way round
            place.parent.mkdir(parents=True, exist_ok=True)
            make = {"file": place.touch, "link": partial(place.symlink_to, "a"), "pipe": partial(os.mkfifo, place), "folder": place.mkdir}
            make[kind]()
    write(folder, {"always.py": "x"})
    short = walk(str(folder), OPTIONS)
    write(folder, {".ignore": "# nothing\n"})
    long = walk(str(folder), OPTIONS)
    assert paths(long) == sorted([*paths(short), ".ignore"])
    assert rules(long) == rules(short)


# ---- .codeloreignore


@GIT_OR_NOT
def test_codeloreignore_hides_and_counts(root: Path, in_git: bool) -> None:
    """Patterns work as in .gitignore, at any depth, for tracked files too; what they hide is counted."""
    files = {
        ".codeloreignore": "vendor/\n*.gen.py\n!keep.gen.py\n/top.py\n# comment\n\n",
        "a.py": "",
        "b.gen.py": "",
        "keep.gen.py": "",
        "top.py": "",
        "sub/top.py": "",
        "vendor/lib/x.py": "",
        "vendor/keep.gen.py": "",
        "sub/.codeloreignore": "local.py\n!b.gen.py\n",
        "sub/local.py": "",
        "sub/b.gen.py": "",
        "local.py": "",
        "new\nline/vendor/y.py": "",
    }
    new_repository(root, files) if in_git else write(root, files)
    shown = [".codeloreignore", "a.py", "keep.gen.py", "local.py", "sub/.codeloreignore", "sub/b.gen.py", "sub/top.py"]
    hidden = {"b.gen.py", "top.py", "vendor/lib/x.py", "vendor/keep.gen.py", "sub/local.py", "new\nline/vendor/y.py"}
    trees = [walk(str(root), OPTIONS), *([ref_tree(root)] if in_git else [])]
    for tree in trees:
        assert paths(tree) == shown
        assert rules(tree) == dict.fromkeys(hidden, SkipRule.CODELOREIGNORE)
    kept = WalkOptions(keep=frozenset({SkipRule.CODELOREIGNORE}))
    assert len(walk(str(root), kept).files) == len(files)
    if in_git:
        assert len(ref_tree(root, options=kept).files) == len(files)


def test_codeloreignore_agrees_with_git(root: Path) -> None:
    """The same patterns hide the same untracked files when git reads them from .gitignore."""
    patterns = "a\nb/\n/c\nd/*.py\n**/e\nf/**\n!f/g\nh/**/i\n*.t?t\n[xy].py\n\\#z\n trailing\\ \n"
    names = ["a", "s/a", "a2/b/q", "s2/b", "s/c", "c", "d/k.py", "s/d/k.py", "d/s/k.py", "s/t/e/w", "f/g", "f/q/r", "h/i", "h/1/2/i"]
    names += ["n.txt", "s/n.tat", "x.py", "z.py", "#z", " trailing ", "plain"]
    write(root, dict.fromkeys(names, "x"))
    git(root, "init", "-q")
    write(root, {".codeloreignore": patterns})
    ours = set(paths(walk(str(root), OPTIONS))) - {".codeloreignore"}
    (root / ".codeloreignore").rename(root / ".gitignore")
    assert ours == set(paths(walk(str(root), OPTIONS))) - {".gitignore"}


def test_codeloreignore_above_a_sub_folder_applies(root: Path) -> None:
    """Walking a part of a checkout honours the rules from the work tree's root downwards, even in a file that git ignores."""
    new_repository(root, {"src/app/a.py": "", "src/app/b.py": "", "src/app/c.py": "", "src/.codeloreignore": "app/b.py\n"})
    write(root, {".codeloreignore": "/src/app/a.py\n/c.py\n", ".git/info/exclude": ".codeloreignore\n"})
    tree = walk(str(root / "src" / "app"), OPTIONS)
    assert (paths(tree), set(rules(tree))) == (["c.py"], {"a.py", "b.py"})


def test_a_broken_pattern_or_file_is_reported_and_the_rest_applies(root: Path) -> None:
    """A line that is no pattern hides nothing; a .codeloreignore that is a folder or link is not applied; both are said."""
    write(root, {".codeloreignore": "a.py\n!\n", "a.py": "", "b.py": "", "sub/c.py": "", "rules": "c.py"})
    (root / "sub" / ".codeloreignore").symlink_to("../rules")
    tree = walk(str(root), OPTIONS)
    assert paths(tree) == [".codeloreignore", "b.py", "rules", "sub/c.py"]
    assert rules(tree) == {"a.py": SkipRule.CODELOREIGNORE, "sub/.codeloreignore": SkipRule.LINK}
    assert [failure.path for failure in tree.failures] == [".codeloreignore"]
    assert "line 2" in tree.failures[0].reason
    (root / ".codeloreignore").unlink()
    (root / ".codeloreignore").mkdir()
    assert walk(str(root), OPTIONS).failures == (Failure(".codeloreignore", "not applied: not-a-file"),)


def test_patterns_match_names_that_are_not_utf8(root: Path) -> None:
    """A pattern is bytes like the names it hides."""
    write(root, {".codeloreignore": b"caf\xe9.py\n", os.fsdecode(b"caf\xe9.py"): "", "a.py": ""})
    assert paths(walk(str(root), OPTIONS)) == [".codeloreignore", "a.py"]


# ---- links, pipes, submodules


@GIT_OR_NOT
def test_links_are_counted_and_never_followed(root: Path, tmp_path: Path, in_git: bool) -> None:
    """Every sort of link has its rule, and no file is indexed under two paths."""
    write(tmp_path, {"outside.py": "secret", "outdir/x.py": "secret"})
    write(root, {"a.py": "a", "folder/b.py": "b"})
    links = {
        "to_file.py": ("a.py", SkipRule.LINK),
        "to_folder": ("folder", SkipRule.LINK),
        "absolute.py": (str(root / "a.py"), SkipRule.LINK),
        "out.py": ("../outside.py", SkipRule.OUTSIDE_ROOT),
        "outdir": ("../outdir", SkipRule.OUTSIDE_ROOT),
        "twice.py": ("out.py", SkipRule.OUTSIDE_ROOT),
        "broken.py": ("nothing.py", SkipRule.BROKEN_LINK),
        "under_file": ("a.py/x", SkipRule.BROKEN_LINK),
        "self": ("self", SkipRule.LINK_LOOP),
        "ping": ("pong", SkipRule.LINK_LOOP),
        "pong": ("ping", SkipRule.LINK_LOOP),
        "folder/up": ("..", SkipRule.LINK_LOOP),
        "here": (".", SkipRule.LINK_LOOP),
    }
    if in_git:
        git(root, "init", "-q")
    for name, (target, _) in links.items():
        (root / name).symlink_to(target)
    for _ in range(2 if in_git else 1):
        tree = walk(str(root), OPTIONS)
        assert paths(tree) == ["a.py", "folder/b.py"]
        assert rules(tree) == {name: rule for name, (_, rule) in links.items()}
        if in_git:
            commit_all(root)
    if in_git:
        assert Counter(rules(ref_tree(root)).values()) == {SkipRule.LINK: len(links)}


def test_files_below_a_folder_that_became_a_link_are_gone(root: Path, tmp_path: Path) -> None:
    """git still lists them as tracked, yet they are the files of another folder now."""
    new_repository(root, {"a.py": "a", "moved/deep/b.py": "b", "moved/c.py": "c"})
    (root / "moved").rename(tmp_path / "moved")
    (root / "moved").symlink_to(tmp_path / "moved")
    tree = walk(str(root), OPTIONS)
    assert (paths(tree), rules(tree)) == (["a.py"], {"moved": SkipRule.OUTSIDE_ROOT})


def test_pipes_and_sockets_are_not_files(root: Path) -> None:
    """They are counted and never opened."""
    write(root, {"a.py": "a"})
    os.mkfifo(root / "pipe.py")
    (root / "to_pipe").symlink_to("pipe.py")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(root / "socket.py"))
        tree = walk(str(root), OPTIONS)
    assert rules(tree) == dict.fromkeys(["pipe.py", "socket.py", "to_pipe"], SkipRule.NOT_A_FILE)


def test_a_tracked_file_that_became_a_pipe_is_not_a_file(root: Path) -> None:
    """In git as well."""
    new_repository(root, {"a.py": "a", "b.py": "b"})
    (root / "b.py").unlink()
    os.mkfifo(root / "b.py")
    assert rules(walk(str(root), OPTIONS)) == {"b.py": SkipRule.NOT_A_FILE}


def test_submodules_and_nested_repositories_are_counted_once(root: Path, tmp_path: Path) -> None:
    """Their files belong to another repository; the submodule itself is a checkout that can be walked."""
    other = new_repository(tmp_path / "other", {"x.py": "x", "y.py": "y"})
    new_repository(root, {"a.py": "a"})
    git(root, "submodule", "--quiet", "add", str(other), "libs/sub")
    new_repository(root / "nested", {"n.py": "n"})
    tree = walk(str(root), OPTIONS)
    assert paths(tree) == [".gitmodules", "a.py"]
    assert rules(tree) == {"libs/sub": SkipRule.SUBMODULE, "nested": SkipRule.SUBMODULE}
    assert paths(walk(str(root / "libs" / "sub"), OPTIONS)) == ["x.py", "y.py"]
    assert paths(walk(str(root / "nested"), OPTIONS)) == ["n.py"]
    git(root, "commit", "-q", "-m", "Add a submodule")
    assert rules(ref_tree(root)) == {"libs/sub": SkipRule.SUBMODULE}


# ---- what cannot be walked


def test_unreadable_folders_and_files_cost_only_themselves() -> None:
    """In git and out of it the rest of the tree is indexed, and each failure has its reason."""
    with public_folder() as folder:
        write(folder / "ruled", {".ignore": "x.log"})
        for name in ("plain", "ruled", "repo"):
            write(folder / name, {"a.py": "a", "closed/b.py": "b", "secret.py": "s", "z.py": "z", "untracked/u.py": "u"})
        repo = folder / "repo"
        Path(folder).chmod(0o755)
        git(repo, "init", "-q")
        git(repo, "add", "a.py", "closed", "secret.py", "z.py")
        for name in ("plain", "ruled", "repo"):
            (folder / name / "closed").chmod(0)
            (folder / name / "untracked").chmod(0)
            (folder / name / "secret.py").chmod(0)
            give_away(folder / name)
        plain_files = SourceFile("secret.py", 1)
        walk(str(folder / "plain"), OPTIONS)  # loads the library while its files can be read
        with without_privileges():
            plain = walk(str(folder / "plain"), OPTIONS)
            ruled = walk(str(folder / "ruled"), OPTIONS)
            in_git = walk(str(repo), OPTIONS)
            refused = read_source(str(folder / "plain"), plain_files, OPTIONS)
        assert paths(plain) == ["a.py", "secret.py", "z.py"]
        denied = {Failure(path, "Permission denied") for path in ("closed", "untracked")}
        assert set(plain.failures) == set(ruled.failures) == denied
        assert paths(ruled) == [".ignore", *paths(plain)]
        assert all("ermission denied" in failure.reason for failure in in_git.failures)
        assert paths(in_git) == ["a.py", "secret.py", "z.py"]
        assert {failure.path for failure in in_git.failures} == {"closed", "closed/b.py", "untracked"}
        assert refused == Failure("secret.py", "Permission denied")


def test_links_and_folders_that_cannot_be_looked_at_are_failures() -> None:
    """Where permissions hide what a link points at, or whether a folder is one, the path fails with the reason."""
    with public_folder() as folder:
        write(folder, {"a.py": "a", "closed/in/b.py": "b", ".gitignore": "closed/\n"})
        (folder / "link.py").symlink_to("closed/in/b.py")
        git(folder, "init", "-q")
        git(folder, "add", "-f", "closed")
        give_away(folder)
        (folder / "closed").chmod(0)
        with without_privileges():
            tree = walk(str(folder), OPTIONS)
        assert paths(tree) == [".gitignore", "a.py"]
        assert {failure.path: failure.reason for failure in tree.failures} == {
            "closed/in/b.py": "Permission denied",
            "link.py": "cannot follow the link: Permission denied",
        }
        (folder / "a.py").unlink()
        (folder / ".gitignore").unlink()
        with without_privileges(), pytest.raises(EmptyTreeError, match=r"3 unreadable, such as 'closed/in/b\.py'"):
            walk(str(folder), OPTIONS)


def test_a_root_that_cannot_be_read_is_an_error(root: Path) -> None:
    """Missing folders and files given as folders are told apart."""
    write(root, {"a.py": ""})
    with pytest.raises(SourceError, match="No such file or directory"):
        walk(str(root / "missing"), OPTIONS)
    with pytest.raises(SourceError, match="give the folder that holds it"):
        walk(str(root / "a.py"), OPTIONS)


def test_a_bare_repository_asks_for_a_ref(root: Path, tmp_path: Path) -> None:
    """It has no files to walk; its commits can be listed."""
    new_repository(root, {"a.py": "a"})
    git(tmp_path, "clone", "-q", "--bare", str(root), "bare.git")
    with pytest.raises(NotARepositoryError, match="--ref"):
        walk(str(tmp_path / "bare.git"), OPTIONS)
    assert paths(ref_tree(tmp_path / "bare.git")) == ["a.py"]


def test_an_empty_folder_is_an_error(root: Path) -> None:
    """Nothing to index is said, in git and out of it."""
    with pytest.raises(EmptyTreeError, match="it holds no files"):
        walk(str(root), OPTIONS)
    git(root, "init", "-q")
    with pytest.raises(EmptyTreeError, match="it holds no files"):
        walk(str(root), OPTIONS)


def test_ignoring_everything_names_the_rule(root: Path) -> None:
    """A tree whose .gitignore says /* is an error that quotes it, not an empty success."""
    write(root, {".gitignore": "# source\n/*\n", "a.py": "a", "b/c.py": "c"})
    with pytest.raises(EmptyTreeError, match=r"all files are ignored by \.gitignore or \.ignore"):
        walk(str(root), OPTIONS)
    git(root, "init", "-q")
    with pytest.raises(EmptyTreeError, match=r"all files are ignored: \.gitignore:2:/\* hides 'a\.py'"):
        walk(str(root), OPTIONS)


def test_a_folder_that_git_ignores_names_the_rule(root: Path) -> None:
    """Walking an ignored folder of a checkout says which rule of the checkout hides it."""
    new_repository(root, {".gitignore": "node_modules/\n"})
    write(root, {"node_modules/left/pad.js": "x"})
    with pytest.raises(EmptyTreeError, match=r"\.gitignore:1:node_modules/ hides 'left/pad\.js'"):
        walk(str(root / "node_modules"), OPTIONS)


def test_leaving_everything_out_counts_by_rule(root: Path) -> None:
    """The message says which rules left out how many files."""
    write(root, {"a.png": "", "b.png": "", "yarn.lock": "x"})
    with pytest.raises(EmptyTreeError, match="2 binary, 1 lockfile"):
        walk(str(root), OPTIONS)
    new_repository(root, {})
    with pytest.raises(EmptyTreeError, match="2 binary, 1 lockfile"):
        ref_tree(root)
    git(root, "rm", "-q", "--cached", "-r", ".")
    git(root, "commit", "-q", "-m", "Empty")
    with pytest.raises(EmptyTreeError, match="it holds no files"):
        ref_tree(root)


def test_without_git_a_checkout_is_walked_as_a_plain_folder(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without git still indexes the work tree by its ignore files."""
    new_repository(root, {"a.py": "a", ".gitignore": "*.log\n", "x.log.py": ""})
    write(root, {"y.log": ""})
    monkeypatch.setenv("PATH", str(root))
    assert paths(walk(str(root), OPTIONS)) == [".gitignore", "a.py", "x.log.py"]


def test_an_error_while_listing_ends_the_other_git(root: Path) -> None:
    """A damaged index is told, and no process is left behind."""
    new_repository(root, {"a.py": "a"})
    (root / ".git" / "index").write_bytes(b"DIRC garbage")
    with pytest.raises(SourceError, match="git ls-files failed"):
        walk(str(root), OPTIONS)


# ---- commits


def test_a_commit_is_walked_without_its_files(root: Path) -> None:
    """Another branch is listed from git's objects with the hash of every file."""
    new_repository(root, {"a.py": "one", "b.png": "x"})
    git(root, "checkout", "-q", "-b", "side")
    write(root, {"a.py": "two", "c.py": "new"})
    commit_all(root)
    git(root, "checkout", "-q", "main")
    tree = ref_tree(root, "side")
    assert tree.files == (SourceFile("a.py", 3, 0, blob_id(b"two")), SourceFile("c.py", 3, 0, blob_id(b"new")))
    assert rules(tree) == {"b.png": SkipRule.BINARY}


# ---- reading


def read(root: Path, path: str, options: WalkOptions = OPTIONS) -> bytes | Skipped | Failure:
    return read_source(str(root), SourceFile(path, 0), options)


def test_a_regular_file_is_read_whole(root: Path) -> None:
    """The size at the time of the walk does not matter, nor does an empty file."""
    write(root, {"a.py": b"x" * 100_000, "empty": b""})
    assert read(root, "a.py") == b"x" * 100_000
    assert read(root, "empty") == b""


def test_reading_through_a_linked_root_works(root: Path, tmp_path: Path) -> None:
    """The root may be a link; its files lie in what it points at."""
    write(root, {"a.py": "a"})
    (tmp_path / "link").symlink_to(root)
    assert read(tmp_path / "link", "a.py") == b"a"


def test_files_over_the_cap_are_skipped_with_the_cap(root: Path) -> None:
    """A file that grew after the walk is not read either, unless the rule is off."""
    write(root, {"a.py": "x" * 11})
    capped = WalkOptions(max_file_bytes=10)
    assert read(root, "a.py", capped) == Skipped("a.py", SkipRule.TOO_LARGE, "11 bytes, the cap is 10")
    assert read(root, "a.py", WalkOptions(10, frozenset({SkipRule.TOO_LARGE}))) == b"x" * 11
    assert read(root, "a.py", WalkOptions(max_file_bytes=11)) == b"x" * 11


def test_a_file_larger_than_it_says_stops_at_the_cap() -> None:
    """Files in /proc say they are empty; no more than the cap is read of them."""
    found = read_source("/proc", SourceFile("kallsyms", 0), WalkOptions(max_file_bytes=1000))
    assert isinstance(found, Skipped)
    assert found.rule is SkipRule.TOO_LARGE
    found = read_source("/proc", SourceFile("version", 0), OPTIONS)
    assert isinstance(found, bytes)
    assert found.startswith(b"Linux")


def test_reading_never_follows_links_or_leaves_the_root(root: Path, tmp_path: Path) -> None:
    """A link, a folder above that became a link, and a path with dots are refused, whatever the walk said."""
    write(tmp_path, {"secret.py": "s", "out/x.py": "s"})
    write(root, {"a.py": "a"})
    (root / "link.py").symlink_to("a.py")
    (root / "evil.py").symlink_to("../secret.py")
    (root / "out").symlink_to("../out")
    found = {path: read(root, path) for path in ("link.py", "evil.py", "out/x.py", "../secret.py")}
    assert {path: refusal.rule for path, refusal in found.items() if isinstance(refusal, Skipped)} == {
        "link.py": SkipRule.LINK,
        "evil.py": SkipRule.OUTSIDE_ROOT,
        "out/x.py": SkipRule.OUTSIDE_ROOT,
        "../secret.py": SkipRule.OUTSIDE_ROOT,
    }


@pytest.mark.timeout(10)
def test_reading_never_waits(root: Path) -> None:
    """A pipe without a writer, a socket and a folder are no files; a vanished one, and one that breaks off, are failures."""
    os.mkfifo(root / "pipe")
    (root / "folder").mkdir()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(root / "socket"))
        found = [read(root, path) for path in ("pipe", "folder", "socket")]
    assert found == [Skipped(path, SkipRule.NOT_A_FILE) for path in ("pipe", "folder", "socket")]
    assert read(root, "gone.py") == Failure("gone.py", "No such file or directory")
    assert read_source("/proc/self", SourceFile("mem", 0), OPTIONS) == Failure("mem", "Input/output error")


# ---- names


@pytest.mark.parametrize(
    ("path", "rule"),
    [
        ("img/Logo.PNG", SkipRule.BINARY),
        ("a.tar.gz", SkipRule.BINARY),
        ("font.woff2", SkipRule.BINARY),
        ("app.sqlite", SkipRule.BINARY),
        ("x/package-lock.json", SkipRule.LOCKFILE),
        ("yarn.lock", SkipRule.LOCKFILE),
        ("Cargo.lock", SkipRule.LOCKFILE),
        ("Gemfile.lock", SkipRule.LOCKFILE),
        ("go.sum", SkipRule.LOCKFILE),
        ("pnpm-lock.yaml", SkipRule.LOCKFILE),
        ("flake.lock", SkipRule.LOCKFILE),
        ("locale/de/django.po", SkipRule.TRANSLATION),
        ("locale/de/LC_MESSAGES/django.mo", SkipRule.TRANSLATION),
        ("messages.pot", SkipRule.TRANSLATION),
        ("de.xliff", SkipRule.TRANSLATION),
        ("jquery.min.js", SkipRule.MINIFIED),
        ("a/b.min.css", SkipRule.MINIFIED),
        ("Model.mo", None),
        ("page.pt", None),
        ("lock.py", None),
        ("png", None),
        ("a.png/readme", None),
        ("min.js", None),
        ("algo.min.py", None),
        ("app.ts", None),
        ("Makefile", None),
        (".gitignore", None),
        ("go.mod", None),
        ("package.json", None),
    ],
)
def test_rules_by_name(path: str, rule: SkipRule | None) -> None:
    """Some files need not be opened to know that they are not for reading; switching the rule off keeps them."""
    found = skip_by_name(path, 10, OPTIONS)
    assert (found.rule if found else None) is rule
    if rule is not None:
        assert skip_by_name(path, 10, WalkOptions(keep=frozenset({rule}))) is None


def test_files_over_the_cap_are_skipped_by_size() -> None:
    """The cap is inclusive, and a switched-off name rule does not switch off the cap."""
    assert skip_by_name("a.py", 1_500_000, OPTIONS) is None
    too_large = skip_by_name("a.py", 1_500_001, OPTIONS)
    assert too_large == Skipped("a.py", SkipRule.TOO_LARGE, "1500001 bytes, the cap is 1500000")
    kept = skip_by_name("a.lock", 2_000_000, WalkOptions(keep=frozenset({SkipRule.LOCKFILE})))
    assert kept is not None
    assert kept.rule is SkipRule.TOO_LARGE


# ---- content

CODE = b"def f(x):\n    return x + 1\n" * 400
SQUEEZED = b"function a(b){return b+1}" * 400


@pytest.mark.parametrize(
    ("path", "data", "rule"),
    [
        ("a.py", CODE, None),
        ("a.py", b"", SkipRule.EMPTY),
        ("a.py", b" \n\t\r\n", SkipRule.EMPTY),
        ("a.py", b"\x7fELF\0\0\0", SkipRule.BINARY),
        ("a.py", b"x" * 8191 + b"\0", SkipRule.BINARY),
        ("a.py", b"x\n" * 4096 + b"\0", None),
        ("a.py", bytes(range(1, 8)) * 10 + b"text", SkipRule.BINARY),
        ("a.py", b"\x1b[31mred\x1b[0m\x0c", None),
        ("latin.py", "caf\xe9 na\xefve".encode("latin-1"), None),
        ("surrogate.py", b"x = '\xed\xa0\x80'", None),
        ("a.py", "print('ü')\n".encode("utf-16"), None),
        ("a.py", "print('ü')\n".encode("utf-32"), None),
        ("a.py", b"\xfe\xff" + "x = 1\n".encode("utf-16-be"), None),
        ("a.py", b"\xff\xfe" + b"x\x00\x00\xd8y\x00z\x00", None),
        ("a.py", b"\xff\xfe" + bytes(200), SkipRule.BINARY),
        ("a.py", b"\xfe\xff" + b"\0\1\0\2" * 50, SkipRule.BINARY),
        ("a.js", SQUEEZED, SkipRule.MINIFIED),
        ("a.css", SQUEEZED, SkipRule.MINIFIED),
        ("a.json", b"[" + b"1," * 4000 + b"1]", SkipRule.MINIFIED),
        ("a.js", SQUEEZED[:2000], None),
        ("a.js", b"// license\n" * 100 + SQUEEZED, SkipRule.MINIFIED),
        ("a.js", CODE * 3 + b"data = '" + b"A" * 6000 + b"'\n", None),
        ("a.js", CODE.replace(b"\n", b"\r"), None),
        ("a.py", SQUEEZED, None),
        ("a.md", b"word " * 3000, None),
        ("icon.svg", b"<svg><path d='" + b"M0 0" * 2000 + b"'/></svg>", SkipRule.MINIFIED),
        ("diagram.svg", b"<svg><path d='" + b"M0 0" * 2000 + b"'/><text x='1'>Order service</text></svg>", None),
        ("app_de.ts", b'<?xml version="1.0"?>\n<!DOCTYPE TS>\n<TS language="de"></TS>', SkipRule.TRANSLATION),
        ("app_de.ts", b"\xef\xbb\xbf<!DOCTYPE TS><TS></TS>", SkipRule.TRANSLATION),
        ("app.ts", b"const x = <T,>(y: T) => y;\n", None),
        ("movie.ts", b"G\0\0\0", SkipRule.BINARY),
    ],
)
def test_rules_by_content(path: str, data: bytes, rule: SkipRule | None) -> None:
    """Content tells text from bytes, squeezed from written, and switching the rule off keeps the file."""
    found = screen(path, data, OPTIONS)
    assert (found.rule if found else None) is rule
    if found is not None:
        assert found.detail
        assert screen(path, data, WalkOptions(keep=frozenset({found.rule}))) is None


def test_a_switched_off_rule_does_not_hide_another() -> None:
    """A kept translation can still be minified."""
    data = b"<TS>" + b"x" * 10_000
    found = screen("a.ts", data, WalkOptions(keep=frozenset({SkipRule.TRANSLATION})))
    assert found is not None
    assert found.rule is SkipRule.MINIFIED


@given(st.sampled_from(["a.py", "a.js", "a.ts", "a.svg", "no_extension"]), st.binary(max_size=10_000))
def test_screening_takes_any_bytes(path: str, data: bytes) -> None:
    """No content makes the screen fail, and what it skips has a reason."""
    found = screen(path, data, OPTIONS)
    assert found is None or found.detail


@given(st.text(max_size=300).filter(str.strip))
def test_utf8_text_is_never_taken_for_binary(text: str) -> None:
    """Text in any script without control characters is text, as UTF-8 and as UTF-16."""
    clean = "".join(letter for letter in text if letter.isprintable() or letter in " \n\t")
    for data in (clean.encode("utf-8", "surrogatepass"), clean.encode("utf-16", "surrogatepass")):
        found = screen("a.py", data, OPTIONS)
        assert found is None or found.rule is SkipRule.EMPTY
