"""Who owns what, asked of indexed trees: working trees, refs, folders inside checkouts, and trees without git."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from graph.answers import Cap, OwnersAnswer, Verdict, open_view
from graph.model import graph_name
from graph.owners import owners
from graph.questions import NameNotFoundError
from graph.store import open_graph_store
from retrieval.answers import SearchRequest
from retrieval.engine import Engine
from tests.ingest.repositories import commit_all, git, new_repository, write

FILES = {
    "app/cart.py": "class Cart:\n    def total(self):\n        return 1\n\n\ndef helper():\n    return 2\n",
    "app/web.py": "import app.cart\n",
    "docs/guide.md": "# Guide\n",
    "pyproject.toml": '[project]\nname = "shop"\n',
    ".github/CODEOWNERS": "* @all\n/app/ @app @lead\n/app/web.py\n/docs/ nobody\n",
}
Ask = Callable[..., OwnersAnswer]


@pytest.fixture
def ask(tmp_path: Path) -> Iterator[Ask]:
    """Ask who owns something in a tree, which is indexed first."""
    with Engine(tmp_path / "data") as engine, closing(open_graph_store(f"sqlite:{tmp_path / 'data' / 'codelore.db'}")) as store:

        def asked(root: Path, name: str, *, ref: str = "", blame_files: int = 0, limit: int = 50, seconds: float = 20) -> OwnersAnswer:
            engine.index(str(root), ref=ref)
            view = engine.views(SearchRequest(text="", root=str(root), ref=ref))[0][1]
            engine.resolve(view, store)
            graph = open_view(store, graph_name(view))
            return owners(graph, view, engine.texts(view), name, blame_files=blame_files, limit=limit, seconds=seconds)

        yield asked


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository that Ada began and to which Bob gave a function."""
    root = new_repository(tmp_path / "shop", FILES | {"app/cart.py": "class Cart:\n    def total(self):\n        return 1\n"})
    write(root, FILES)
    git(root, "-c", "user.name=Bob", "-c", "user.email=bob@example.org", "commit", "-qam", "x")
    return root


def written(answer: OwnersAnswer) -> dict[str, int]:
    """Lines by author, and by "" those that are not committed."""
    found = {share.author: share.lines for share in answer.authors.shares}
    return found | ({"": answer.authors.uncommitted} if answer.authors.uncommitted else {})


def declared(answer: OwnersAnswer) -> dict[str, int]:
    return dict(answer.declared.owners)


def test_a_symbol_belongs_to_its_files_owners_and_to_who_wrote_its_lines(ask: Ask, root: Path) -> None:
    """The rule that decides is named by its line."""
    cart, helper = ask(root, "Cart"), ask(root, "helper")
    assert [(each.rule.line, each.rule.pattern, each.files) for each in cart.declared.rules] == [(2, "/app/", 1)]
    assert (cart.declared.path, cart.declared.host, declared(cart)) == (".github/CODEOWNERS", "github", {"@app": 1, "@lead": 1})
    assert (written(cart), written(helper)) == ({"Ada": 3}, {"Bob": 2})
    assert cart.authors.commit == git(root, "rev-parse", "HEAD")
    assert (cart.files, cart.authors.files, cart.verdict, cart.notes, cart.caps) == (1, 1, Verdict.PROVEN, (), ())
    assert cart.declared.problems == ("line 4 is skipped: 'nobody' is neither @name, @group/team nor an address",)


def test_a_file_may_belong_to_nobody(ask: Ask, root: Path) -> None:
    """A line without owners decides, and is shown as the rule it is."""
    answer = ask(root, "app/web.py")
    assert (declared(answer), answer.declared.unowned) == ({}, 1)
    assert [(each.rule.line, each.rule.owners) for each in answer.declared.rules] == [(3, ())]
    assert written(answer) == {"Ada": 1}


def test_a_folder_adds_up_its_files(ask: Ask, root: Path) -> None:
    """Rules are counted over all files that the view holds in it; authors only of as many as are asked for, the longest first."""
    answer = ask(root, "app/")
    assert (answer.files, declared(answer), answer.declared.unowned) == (2, {"@app": 1, "@lead": 1}, 1)
    assert [(each.rule.line, each.files) for each in answer.declared.rules] == [(2, 1), (3, 1)]
    assert (answer.authors.files, answer.caps) == (0, (Cap("files blamed", 0, 2),))
    one, both = ask(root, "app", blame_files=1), ask(root, "./app/", blame_files=9)
    assert (written(one), one.authors.files, one.caps) == ({"Bob": 4, "Ada": 3}, 1, (Cap("files blamed", 1, 1),))
    assert (written(both), both.authors.files, both.caps) == ({"Ada": 4, "Bob": 4}, 2, ())
    assert ask(root, ".").files == ask(root, "shop").files == 5  # the package that pyproject.toml declares
    assert [cap.name for cap in ask(root, ".", blame_files=9, limit=1).caps] == ["authors", "rules"]


def test_names_of_nothing_and_of_several_are_no_answer(ask: Ask, root: Path) -> None:
    write(root, {"app/more.py": "def helper():\n    pass\n"})
    with pytest.raises(NameNotFoundError) as several:
        ask(root, "helper")
    assert {node.path for node in several.value.named.choices} == {"app/cart.py", "app/more.py"}
    for name in ("nothing", "ap/", "", "../shop"):
        with pytest.raises(NameNotFoundError):
            ask(root, name)


def test_code_outside_the_index_is_nobodys(ask: Ask, root: Path) -> None:
    write(root, {"app/web.py": "import requests\n\nrequests.get('x')\n"})
    answer = ask(root, "external:requests")
    assert (answer.verdict, answer.files, declared(answer), written(answer)) == (Verdict.NONE, 0, {}, {})
    assert answer.notes == ("external:requests is not in the indexed code",)


def test_a_working_tree_is_asked_as_it_was_indexed(ask: Ask, root: Path) -> None:
    """Lines that are not committed count as such; spans are those of the tree, and so is CODEOWNERS."""
    write(root, {"app/cart.py": "# new\n" + FILES["app/cart.py"].replace("return 2", "return 3"), "new.py": "a = 1\nb = 2\n"})
    write(root, {".github/CODEOWNERS": "* @changed\n"})
    assert written(ask(root, "Cart")) == {"Ada": 3}
    assert written(ask(root, "helper")) == {"Bob": 1, "": 1}
    new = ask(root, "new.py")
    assert (written(new), declared(new)) == ({"": 2}, {"@changed": 1})
    commit = git(root, "rev-parse", "HEAD")[:12]
    assert new.notes == (f"blame: 1 of 1 files have none of these lines in {commit}: new, renamed or rewritten since",)


def test_a_ref_is_asked_as_of_its_commit(ask: Ask, root: Path) -> None:
    """Its own CODEOWNERS decides, and younger commits wrote nothing in it."""
    git(root, "tag", "old", "HEAD~1")
    write(root, {".github/CODEOWNERS": "* @new\n"})
    commit_all(root)
    answer = ask(root, "app/cart.py", ref="old")
    assert (written(answer), declared(answer)) == ({"Ada": 3}, {"@app": 1, "@lead": 1})
    assert answer.authors.commit == git(root, "rev-parse", "old")


def test_a_second_worktree_has_its_own_commit(ask: Ask, root: Path, tmp_path: Path) -> None:
    git(root, "worktree", "add", "-q", "-b", "topic", str(tmp_path / "second"), "HEAD~1")
    write(tmp_path / "second", {"app/cart.py": "class Cart:\n    pass\n"})
    answer = ask(tmp_path / "second", "Cart")
    assert (written(answer), answer.authors.commit) == ({"Ada": 1, "": 1}, git(root, "rev-parse", "topic"))
    assert written(ask(root, "Cart")) == {"Ada": 3}


def test_a_folder_of_a_checkout_asks_the_checkouts_rules(ask: Ask, root: Path) -> None:
    """Rules are about paths from the checkout's root."""
    answer = ask(root / "app", "cart.py")
    assert (declared(answer), written(answer)) == ({"@app": 1, "@lead": 1}, {"Bob": 4, "Ada": 3})


def test_a_submodule_is_a_checkout_of_its_own(ask: Ask, root: Path, tmp_path: Path) -> None:
    """Its files are not the outer repository's, and neither are its owners."""
    inner = new_repository(tmp_path / "inner", {"lib.py": "x = 1\n", "CODEOWNERS": "* @inner\n"})
    git(root, "submodule", "add", "-q", str(inner), "app/lib")
    commit_all(root)
    with pytest.raises(NameNotFoundError):
        ask(root, "app/lib/lib.py")
    answer = ask(root / "app/lib", "lib.py")
    assert (declared(answer), written(answer)) == ({"@inner": 1}, {"Ada": 1})


def test_without_git_or_a_commit_there_are_no_authors(ask: Ask, tmp_path: Path) -> None:
    """CODEOWNERS counts all the same, and without that nothing is known."""
    plain, empty = tmp_path / "plain", tmp_path / "empty"
    write(plain, {"a.py": "a = 1\n"})
    write(empty, {"a.py": "a = 1\n", "CODEOWNERS": "* @a\n"})
    git(empty, "init", "-q")
    without, early = ask(plain, "a.py"), ask(empty, "a.py")
    assert (without.verdict, without.declared.path, without.notes) == (Verdict.NONE, "", (f"blame: {plain} is in no git checkout",))
    assert (early.verdict, declared(early)) == (Verdict.PROVEN, {"@a": 1})
    assert early.notes[1:] == (f"blame: {empty} had no commit when it was indexed",)


def test_revisions_to_ignore_are_named_and_bounds_are_said(ask: Ask, root: Path) -> None:
    """A file that lies there by custom counts once it is configured, and until then that is said."""
    write(root, {".git-blame-ignore-revs": git(root, "rev-parse", "HEAD") + "\n"})
    assert ask(root, "Cart").notes == (
        "blame: .git-blame-ignore-revs is not heeded; run: git config blame.ignoreRevsFile .git-blame-ignore-revs",
    )
    git(root, "config", "blame.ignoreRevsFile", ".git-blame-ignore-revs")
    assert ask(root, "Cart").authors.ignored == (".git-blame-ignore-revs",)
    assert ask(root, "Cart", seconds=0).notes == ("blame: 1 of 1 files did not fit into 0 s",)


def test_the_remote_tells_whose_rules_hold(ask: Ask, root: Path) -> None:
    """`/app` is the folder on GitHub and no more than a file on GitLab; a rewritten address counts as what git makes of it."""
    (root / ".github/CODEOWNERS").unlink()
    write(root, {"CODEOWNERS": "* @all\n/app @app\n"})
    commit_all(root)
    guess = "CODEOWNERS is read by the rules of {}: neither its place nor the remote origin tells its host"

    def found(ref: str = "") -> tuple[str, dict[str, int], tuple[str, ...]]:
        answer = ask(root, "app/web.py", ref=ref)
        return answer.declared.host, declared(answer), answer.notes

    assert found() == ("github", {"@app": 1}, (guess.format("github"),))
    git(root, "remote", "add", "origin", "git@example.org:shop/web.git")
    write(root, {".gitlab-ci.yml": "test: {}\n"})
    assert found() == ("gitlab", {"@all": 1}, (guess.format("gitlab"),))
    assert found("HEAD") == ("github", {"@app": 1}, (guess.format("github"),))
    git(root, "remote", "set-url", "origin", "hub:shop/web.git")
    git(root, "config", "url.https://github.com/.insteadOf", "hub:")
    assert found() == found("HEAD") == ("github", {"@app": 1}, ())
    git(root, "remote", "set-url", "origin", "https://gitlab.example.org/shop/web.git")
    assert found() == found("HEAD") == ("gitlab", {"@all": 1}, ())


def test_sections_of_gitlab_add_up(ask: Ask, root: Path) -> None:
    (root / ".github/CODEOWNERS").unlink()
    write(root, {".gitlab/CODEOWNERS": "* @all\n[Shop] @shop\n/app/\n^[Style]\n*.py @style\n"})
    answer = ask(root, "app/cart.py")
    assert (answer.declared.host, declared(answer)) == ("gitlab", {"@all": 1, "@shop": 1, "@style": 1})
    assert [(each.rule.line, each.rule.section, each.rule.optional) for each in answer.declared.rules] == [
        (1, "", False),
        (3, "Shop", False),
        (5, "Style", True),
    ]
