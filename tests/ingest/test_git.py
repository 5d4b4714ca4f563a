"""What git knows about a source tree."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import NotARepositoryError, RefNotFoundError, SourceError
from ingest.git import (
    GitCheckout,
    blob_id,
    find_checkout,
    finish,
    head,
    read_blobs,
    resolve_ref,
    run,
    start,
    tree_entries,
)
from ingest.model import ContentHash
from ingest.walk import WalkOptions, walk_commit
from tests.ingest.repositories import commit_all, git, new_repository, write


def checkout_of(folder: Path) -> GitCheckout:
    found = find_checkout(str(folder))
    assert found is not None
    return found


# ---- find_checkout


def test_outside_git_there_is_no_checkout(tmp_path: Path) -> None:
    """A plain folder, and a path that does not exist, lie outside git."""
    assert find_checkout(str(tmp_path)) is None
    assert find_checkout(str(tmp_path / "missing" / "folder")) is None


def test_a_folder_inside_a_work_tree_finds_its_root(tmp_path: Path) -> None:
    """Discovery agrees with git from any depth."""
    root = new_repository(tmp_path / "r", {"a/b/c.py": "x"})
    found = checkout_of(root / "a" / "b")
    assert found == GitCheckout(str(root), f"{root}/.git", f"{root}/.git", bare=False)
    assert git(root / "a" / "b", "rev-parse", "--show-toplevel") == found.root


def test_worktrees_share_the_common_directory(tmp_path: Path) -> None:
    """A linked worktree has its own root and git directory; the common directory identifies the repository."""
    root = new_repository(tmp_path / "r", {"a.py": "x"})
    git(root, "worktree", "add", "-q", str(tmp_path / "w"), "-b", "side")
    found = checkout_of(tmp_path / "w")
    assert (found.root, found.common_dir, found.bare) == (str(tmp_path / "w"), f"{root}/.git", False)
    assert found.git_dir == git(tmp_path / "w", "rev-parse", "--absolute-git-dir")
    assert head(found)[1] == "side"


def test_a_link_to_a_checkout_is_the_checkout(tmp_path: Path) -> None:
    """The same repository reached through a link is the same repository."""
    root = new_repository(tmp_path / "r", {"a.py": "x"})
    (tmp_path / "link").symlink_to(root)
    assert checkout_of(tmp_path / "link") == checkout_of(root)


@pytest.mark.parametrize("name", ["r.git", "r/.git"])
def test_bare_repositories_are_recognised(tmp_path: Path, name: str) -> None:
    """A bare repository is found whether it is a folder of its own or a .git whose settings say so."""
    source = new_repository(tmp_path / "source", {"a.py": "x"})
    git(tmp_path, "clone", "-q", "--bare", str(source), name)
    found = checkout_of(tmp_path / name.removesuffix("/.git"))
    assert found == GitCheckout(str(tmp_path / name), str(tmp_path / name), str(tmp_path / name), bare=True)
    assert [file.path for file in walk_commit(found, resolve_ref(found, "main"), WalkOptions())] == ["a.py"]


@pytest.mark.parametrize("content", ["gitdir: /nowhere/at/all\n", "not a pointer", ""])
def test_a_git_file_that_leads_nowhere_is_outside_git(tmp_path: Path, content: str) -> None:
    """A worktree copied into a container keeps a .git file whose target is gone: its files can still be walked."""
    root = new_repository(tmp_path / "r", {"a.py": "x"})
    write(root, {"copy/.git": content, "copy/a.py": "x"})
    assert find_checkout(str(root / "copy")) is None


def test_an_empty_git_folder_is_passed_over(tmp_path: Path) -> None:
    """As git does, discovery goes on above a .git that is no repository."""
    root = new_repository(tmp_path / "r", {"a/b.py": "x"})
    (root / "a" / ".git").mkdir()
    assert checkout_of(root / "a").root == git(root / "a", "rev-parse", "--show-toplevel") == str(root)


def test_a_pipe_named_like_a_git_file_does_not_hang(tmp_path: Path) -> None:
    """Nothing that discovery opens may block."""
    root = new_repository(tmp_path / "r", {"a.py": "x"})
    os.mkfifo(root / ".git" / "commondir")
    (root / ".git" / "config").unlink()
    os.mkfifo(root / ".git" / "config")
    assert checkout_of(root).bare is False


# ---- head and resolve_ref


def test_head_names_commit_and_branch(tmp_path: Path) -> None:
    """On a branch HEAD has both, detached it has no branch."""
    root = new_repository(tmp_path / "r", {"a.py": "x"})
    commit = git(root, "rev-parse", "HEAD")
    git(root, "checkout", "-q", "-b", "feature/ü")
    assert head(checkout_of(root)) == (commit, "feature/ü")
    git(root, "checkout", "-q", "--detach")
    assert head(checkout_of(root)) == (commit, "")


def test_head_before_the_first_commit(tmp_path: Path) -> None:
    """A repository without commits has a branch and no commit."""
    git(tmp_path, "init", "-q")
    assert head(checkout_of(tmp_path)) == ("", "main")


def test_head_of_reftables_is_asked_from_git(tmp_path: Path) -> None:
    """Where the HEAD file is a stub for old readers, git answers."""
    root = new_repository(tmp_path / "r", {"a.py": "x"})
    (root / ".git" / "HEAD").write_text("ref: refs/heads/.invalid\n")
    assert head(checkout_of(root)) == ("", "")


def test_refs_resolve_to_commits(tmp_path: Path) -> None:
    """Branches, annotated tags, abbreviated hashes and relative revisions all name a commit."""
    root = new_repository(tmp_path / "r", {"a.py": "x"})
    first = git(root, "rev-parse", "HEAD")
    git(root, "tag", "-a", "v1", "-m", "one")
    second = commit_all(root)
    checkout = checkout_of(root)
    assert resolve_ref(checkout, "v1") == resolve_ref(checkout, "HEAD~1") == resolve_ref(checkout, first[:10]) == first
    assert resolve_ref(checkout, "main") == second


@pytest.mark.parametrize("ref", ["mian", "--all", "-h", "", "a\nb", "a\0b", "HEAD:a.py", "..", "main^{tree}"])
def test_what_names_no_commit_is_refused(tmp_path: Path, ref: str) -> None:
    """Unknown names, options, control characters and other objects are no refs."""
    root = new_repository(tmp_path / "r", {"a.py": "x"})
    with pytest.raises(RefNotFoundError, match="no branch, tag or commit"):
        resolve_ref(checkout_of(root), ref)


def test_an_unknown_ref_is_answered_with_near_ones(tmp_path: Path) -> None:
    """The message offers misspelt and partly given names, or says how to list them."""
    root = new_repository(tmp_path / "r", {"a.py": "x"})
    git(root, "branch", "release/2.0")
    checkout = checkout_of(root)
    with pytest.raises(RefNotFoundError, match=r"did you mean main\?"):
        resolve_ref(checkout, "mian")
    with pytest.raises(RefNotFoundError, match=r"did you mean release/2\.0\?"):
        resolve_ref(checkout, "2.0")
    with pytest.raises(RefNotFoundError, match="git branch -a"):
        resolve_ref(checkout, "zzzzzz")


# ---- commits and blobs


def test_a_commit_lists_its_regular_files_with_hashes(tmp_path: Path) -> None:
    """Sizes and hashes come from git; links and submodules are no files."""
    root = new_repository(tmp_path / "r", {"a.py": "alpha\n", "src/b.py": "beta\n", "srcx.py": "no"})
    (root / "link").symlink_to("a.py")
    commit = commit_all(root)
    checkout = checkout_of(root)
    found = {file.path: (file.size, file.content_hash) for file in walk_commit(checkout, commit, WalkOptions())}
    assert found == {"a.py": (6, blob_id(b"alpha\n")), "src/b.py": (5, blob_id(b"beta\n")), "srcx.py": (2, blob_id(b"no"))}
    assert {entry.path: entry.mode for entry in tree_entries(checkout, commit)}["link"] == "120000"


def test_blobs_are_read_in_the_order_asked_for(tmp_path: Path) -> None:
    """More blobs than fit one batch, empty and binary ones, and one asked for twice, arrive in order."""
    contents = {f"f{number}.txt": bytes([number % 256]) * number for number in range(600)}
    checkout = checkout_of(new_repository(tmp_path / "r", contents))
    wanted = [blob_id(data) for data in contents.values()]
    wanted.append(wanted[0])
    assert list(read_blobs(checkout, iter(wanted))) == list(zip(wanted, [*contents.values(), b""], strict=True))
    assert list(read_blobs(checkout, [])) == []


def test_a_reader_may_stop_early(tmp_path: Path) -> None:
    """Closing the iterator ends git without waiting for blobs nobody wants."""
    checkout = checkout_of(new_repository(tmp_path / "r", {"a": "1", "b": "2" * 100_000}))
    blobs = read_blobs(checkout, [blob_id(b"1"), blob_id(b"2" * 100_000)])
    assert next(blobs) == (blob_id(b"1"), b"1")
    blobs.close()


def test_a_missing_blob_costs_that_blob_only(tmp_path: Path) -> None:
    """What the repository lacks, or what is no blob, is left out; the file stays listed and the others are read."""
    root = new_repository(tmp_path / "r", {"a": "1", "b": "2"})
    checkout, commit, lost = checkout_of(root), git(root, "rev-parse", "HEAD"), blob_id(b"1")
    (root / ".git" / "objects" / lost[:2] / lost[2:]).unlink()
    assert [file.path for file in walk_commit(checkout, commit, WalkOptions())] == ["a", "b"]
    assert dict(read_blobs(checkout, [lost, ContentHash(commit), blob_id(b"2")])) == {blob_id(b"2"): b"2"}


def test_a_damaged_blob_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    """git ends at an object it cannot unpack; that is reported."""
    content = hashlib.shake_128(b"seed").digest(5000)  # does not compress, so its end can be spoilt
    root = new_repository(tmp_path / "r", {"a": content})
    name = blob_id(content)
    place = root / ".git" / "objects" / name[:2] / name[2:]
    place.chmod(0o644)
    place.write_bytes(place.read_bytes()[:2500] + bytes(2500))
    with pytest.raises(SourceError, match="git fsck"):
        list(read_blobs(checkout_of(root), [name]))


def test_a_partial_clone_never_fetches(tmp_path: Path) -> None:
    """Blobs that a partial clone left out are missing or an error; nothing is asked from the remote."""
    source = new_repository(tmp_path / "source", {"a.py": "one", "b.py": "two"})
    git(source, "config", "uploadpack.allowFilter", "true")
    subprocess.run(["git", "clone", "-q", "--bare", "--filter=blob:none", f"file://{source}", str(tmp_path / "p")], check=True)
    checkout = checkout_of(tmp_path / "p")
    with contextlib.suppress(SourceError):  # newer versions of git call it missing, older ones give up
        assert dict(read_blobs(checkout, [blob_id(b"one")])) == {}
    with contextlib.suppress(SourceError):
        walk_commit(checkout, resolve_ref(checkout, "main"), WalkOptions())
    listed = git(tmp_path / "p", "cat-file", "--batch-all-objects", "--batch-check=%(objecttype)")
    assert "commit" in listed
    assert "blob" not in listed


def test_a_repository_whose_objects_vanish_is_an_error(tmp_path: Path) -> None:
    """Neither listing nor reading hides that the object store is gone."""
    root = new_repository(tmp_path / "r", {"a": "1"})
    checkout, commit = checkout_of(root), git(root, "rev-parse", "HEAD")
    shutil.rmtree(root / ".git" / "objects")
    with pytest.raises(SourceError):
        walk_commit(checkout, commit, WalkOptions())
    with pytest.raises(SourceError):
        list(read_blobs(checkout, [blob_id(b"1")]))


@given(st.binary(max_size=200))
def test_blob_id_is_what_git_computes(data: bytes) -> None:
    """The id is the SHA-1 of a header and the bytes."""
    assert blob_id(data) == hashlib.sha1(b"blob " + str(len(data)).encode() + b"\0" + data).hexdigest()


def test_blob_id_agrees_with_git(tmp_path: Path) -> None:
    """git hash-object gives the same id."""
    (tmp_path / "f").write_bytes(b"hello\n")
    assert git(tmp_path, "hash-object", "f") == blob_id(b"hello\n")


def test_sha256_repositories_are_refused_by_ref_only(tmp_path: Path) -> None:
    """Content hashes are SHA-1, so such a commit cannot be listed; its work tree can, by reading."""
    git(tmp_path, "init", "-q", "--object-format=sha256")
    write(tmp_path, {"a.py": "x"})
    commit = commit_all(tmp_path)
    checkout = checkout_of(tmp_path)
    with pytest.raises(SourceError, match="SHA-256"):
        walk_commit(checkout, commit, WalkOptions())


# ---- what git may not do


def test_nothing_the_repository_configures_is_run(tmp_path: Path) -> None:
    """Hooks, fsmonitor, filters, textconv, external diffs and transports of an untrusted repository stay silent."""
    root = new_repository(tmp_path / "r", {"a.py": "alpha", "b.py": "beta", "sub/.gitkeep": ""})
    checkout, commit = checkout_of(root), git(root, "rev-parse", "HEAD")
    trap = tmp_path / "trap.sh"
    trap.write_text(f"#!/bin/sh\necho $0 $@ >> {tmp_path}/sprung\ncat\n")
    trap.chmod(0o755)
    (root / ".git" / "hooks").mkdir(exist_ok=True)
    for hook in ("post-index-change", "fsmonitor-watchman", "reference-transaction", "post-checkout"):
        shutil.copy(trap, root / ".git" / "hooks" / hook)
    for key in ("core.fsmonitor", "filter.evil.clean", "filter.evil.smudge", "diff.evil.textconv", "diff.evil.command", "diff.external"):
        git(root, "config", key, str(trap))
    git(root, "config", "filter.evil.process", str(trap))
    git(root, "config", "core.sshCommand", str(trap))
    git(root, "config", "core.pager", str(trap))
    git(root, "config", "core.hooksPath", str(root / ".git" / "hooks"))
    git(root, "config", "remote.origin.url", f"ext::{trap}")
    git(root, "config", "remote.origin.promisor", "true")
    git(root, "config", "extensions.partialClone", "origin")
    git(root, "config", "protocol.ext.allow", "always")
    (root / ".git" / "info").mkdir(exist_ok=True)
    (root / ".git" / "info" / "attributes").write_text("* filter=evil diff=evil\n")
    os.utime(root / "a.py")

    run(root.as_posix(), "ls-files", "-c", "-o", "-z", "--exclude-standard")
    walk_commit(checkout, resolve_ref(checkout, "HEAD"), WalkOptions())
    assert dict(read_blobs(checkout, [blob_id(b"alpha")])) == {blob_id(b"alpha"): b"alpha"}
    with contextlib.suppress(SourceError):
        assert list(read_blobs(checkout, [ContentHash("1" * 40)])) == []  # a promisor remote would be asked for it
    assert head(checkout) == (commit, "main")
    assert not (tmp_path / "sprung").exists()


def test_a_repository_of_somebody_else_is_refused_with_the_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """git's refusal becomes an error that says how to trust the folder."""
    root = new_repository(tmp_path / "r", {"a.py": "x"})
    checkout = checkout_of(root)
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    with pytest.raises(NotARepositoryError, match=r"git config --global --add safe\.directory"):
        run(checkout.root, "ls-files")


def test_the_variables_of_a_surrounding_hook_do_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Called from a git hook, git's own variables point at another repository or index."""
    root = new_repository(tmp_path / "r", {"a.py": "x"})
    other = new_repository(tmp_path / "other", {"b.py": "y"})
    monkeypatch.setenv("GIT_DIR", f"{other}/.git")
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    monkeypatch.setenv("GIT_INDEX_FILE", f"{other}/.git/index")
    assert os.fsdecode(run(str(root), "ls-files")[0]).split() == ["a.py"]


def test_a_folder_outside_git_is_no_repository(tmp_path: Path) -> None:
    """Asking git there is an error with its own type."""
    with pytest.raises(NotARepositoryError, match="give a folder inside a checkout"):
        run(str(tmp_path), "ls-files")


def test_any_other_failure_of_git_is_told(tmp_path: Path) -> None:
    """The message carries git's reason."""
    root = new_repository(tmp_path / "r", {"a.py": "x"})
    with pytest.raises(SourceError, match=r"git cat-file failed in .*does-not-exist"):
        run(str(root), "cat-file", "-p", "does-not-exist")


def test_without_git_the_error_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without git gets told to install it."""
    root = new_repository(tmp_path / "r", {"a.py": "x"})
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SourceError, match="install git"):
        run(str(root), "ls-files")


def test_a_git_that_stalls_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A .gitignore that is a pipe would block git for ever."""
    root = new_repository(tmp_path / "r", {"a.py": "x"})
    os.mkfifo(root / ".gitignore")
    monkeypatch.setattr("ingest.git.TIMEOUT_S", 0.2)
    process = start(str(root), "ls-files", "-o", "--exclude-standard")
    with pytest.raises(SourceError, match="did not end within"):
        finish(process, str(root), "ls-files")
    assert process.poll() is not None


def test_shallow_clones_work(tmp_path: Path) -> None:
    """The newest commit of a shallow clone is whole."""
    source = new_repository(tmp_path / "source", {"a.py": "one"})
    write(source, {"a.py": "two"})
    commit = commit_all(source)
    subprocess.run(["git", "clone", "-q", "--depth", "1", f"file://{source}", str(tmp_path / "s")], check=True)
    checkout = checkout_of(tmp_path / "s")
    assert resolve_ref(checkout, "HEAD") == commit
    assert [file.content_hash for file in walk_commit(checkout, commit, WalkOptions())] == [blob_id(b"two")]
    with pytest.raises(RefNotFoundError):
        resolve_ref(checkout, "HEAD~1")
