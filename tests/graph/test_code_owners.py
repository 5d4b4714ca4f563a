"""CODEOWNERS by the rules of GitHub and GitLab."""

from __future__ import annotations

import time

import pytest

from graph.code_owners import CodeOwners, Host, find_code_owners, host_at


def owns(pattern: str, path: str, host: Host = Host.GITHUB) -> bool:
    """Whether a file of one line covers a path."""
    return CodeOwners("CODEOWNERS", f"{pattern} @x\n".encode(), host).of(path).owners == ("@x",)


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("*", ["a", "a/b/c"], []),
        ("*.js", ["a.js", "x/y.js", "lib.js/readme"], ["a.jsx", "js"]),
        ("/build/logs/", ["build/logs/a", "build/logs/x/y"], ["build/logs", "src/build/logs/a"]),
        ("docs/*", ["docs/a.md"], ["docs/x/a.md", "src/docs/a.md", "docs"]),
        ("apps/", ["apps/a", "x/apps/y/z"], ["apps", "xapps/a"]),
        ("/docs/", ["docs/a", "docs/x/y"], ["x/docs/a"]),
        ("/scripts", ["scripts", "scripts/a/b"], ["x/scripts"]),
        ("src/app", ["src/app", "src/app/a"], ["x/src/app"]),
        ("**/logs", ["logs", "logs/a", "x/y/logs", "x/logs/a"], ["xlogs"]),
        ("/a/**/b", ["a/b", "a/x/b", "a/x/y/b/c"], ["a/xb", "b"]),
        ("docs/**", ["docs/a", "docs/x/y"], ["docs", "x/docs/a"]),
        ("/*", ["a", "b.c"], ["a/b"]),
        ("/a?c", ["abc"], ["ac", "a/c", "abbc"]),
        ("/a*b*c", ["abc", "axbxc", "abcbc"], ["ab", "a/b/c"]),
        (r"/with\ space", ["with space"], ["with"]),
        ("/x+(y).z", ["x+(y).z"], ["xx+y.z"]),
    ],
)
def test_github_patterns(pattern: str, yes: list[str], no: list[str]) -> None:
    assert [path for path in yes if not owns(pattern, path)] == []
    assert [path for path in no if owns(pattern, path)] == []


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("*", ["a", "x/y"], []),
        ("docs/*", ["docs/a", "src/docs/a"], ["docs/x/a"]),
        ("/docs/", ["docs/a", "docs/x/y"], ["docs", "x/docs/a"]),
        ("/docs", ["docs"], ["docs/a"]),
        ("README.md", ["README.md", "x/README.md"], ["README.md/x"]),
        ("/docs/**/*.md", ["docs/a.md", "docs/x/y.md"], ["docs/a.txt"]),
        ("[ab].md", ["[ab].md"], ["a.md"]),
    ],
)
def test_gitlab_patterns(pattern: str, yes: list[str], no: list[str]) -> None:
    assert [path for path in yes if not owns(pattern, path, Host.GITLAB)] == []
    assert [path for path in no if owns(pattern, path, Host.GITLAB)] == []


def test_the_last_matching_line_wins() -> None:
    """A line without owners takes them away; several owners stand in one line; the rule that decided is named."""
    owners = CodeOwners(".github/CODEOWNERS", b"\xef\xbb\xbf# top\n* @a @org/team b@example.org # why\n/src/ @c\n/src/free\n", None)
    found = {path: owners.of(path) for path in ("x", "src/x", "src/free/x")}
    assert {path: item.owners for path, item in found.items()} == {
        "x": ("@a", "@org/team", "b@example.org"),
        "src/x": ("@c",),
        "src/free/x": (),
    }
    assert [rule.line for rule in found["src/free/x"].rules] == [4]
    assert (owners.host, owners.failures) == (Host.GITHUB, [])
    assert CodeOwners("CODEOWNERS", b"/src @c").of("x").rules == ()
    assert owners.of("src/x").owners == ("@c",)


def test_lines_github_skips_are_failures() -> None:
    """Negations, ranges and words that are no owner."""
    owners = CodeOwners("CODEOWNERS", b"!a @x\n[ab] @x\n* nobody\n* @ok\n", Host.GITHUB)
    assert [failure.reason[:18] for failure in owners.failures] == ["line 1 is skipped:", "line 2 is skipped:", "line 3 is skipped:"]
    assert owners.of("z").owners == ("@ok",)


SECTIONED = b"""* @default
[Docs][2] @writers # two approvals
docs/ @doc
*.md
^[Optional]
/docs/secret @hidden
[docs]
!docs/generated/**
docs/generated/x.md @late
"""


def test_gitlab_sections_add_up() -> None:
    """Within a section the last match wins; default owners stand in for none; sections of one name are one; what is excluded stays out."""
    owners = CodeOwners("CODEOWNERS", SECTIONED)
    assert owners.host is Host.GITLAB
    assert owners.of("a.py").owners == ("@default",)
    assert owners.of("docs/a.py").owners == ("@default", "@doc")
    assert owners.of("docs/a.md").owners == ("@default", "@writers")
    found = owners.of("docs/secret")
    assert found.owners == ("@default", "@doc", "@hidden")
    assert [(rule.section, rule.optional) for rule in found.rules] == [("", False), ("Docs", False), ("Optional", True)]
    assert owners.of("docs/generated/x.md").owners == ("@default",)
    assert owners.failures == []


def test_which_file_counts() -> None:
    def place(*paths: str) -> str:
        found = find_code_owners(lambda path: b"* @a\n" if path in paths else None)
        return found.path if found else ""

    assert place("docs/CODEOWNERS", "CODEOWNERS", "x") == "CODEOWNERS"
    assert place(".gitlab/CODEOWNERS") == ".gitlab/CODEOWNERS"
    assert place("src/CODEOWNERS") == ""
    assert CodeOwners(".gitlab/CODEOWNERS", b"").host is Host.GITLAB


def test_a_known_host_looks_into_its_places_first() -> None:
    """What only the other one reads counts where there is nothing else, by that one's rules."""

    def find(host: Host | None, *paths: str) -> tuple[str, Host, bool]:
        found = find_code_owners(lambda path: b"* @a\n" if path in paths else None, host)
        assert found is not None
        return found.path, found.host, found.guessed

    github, gitlab, root = ".github/CODEOWNERS", ".gitlab/CODEOWNERS", "CODEOWNERS"
    assert find(Host.GITLAB, github, root, gitlab) == (root, Host.GITLAB, False)
    assert find(Host.GITLAB, github, gitlab) == (gitlab, Host.GITLAB, False)
    assert find(Host.GITLAB, github) == (github, Host.GITHUB, False)
    assert find(Host.GITHUB, gitlab, "docs/CODEOWNERS") == ("docs/CODEOWNERS", Host.GITHUB, False)
    assert find(Host.GITHUB, gitlab, ".gitlab-ci.yml") == (gitlab, Host.GITLAB, False)
    assert find(None, github, root) == (github, Host.GITHUB, False)
    assert find(None, root) == (root, Host.GITHUB, True)
    assert find(None, root, ".gitlab-ci.yml") == (root, Host.GITLAB, True)


def test_the_host_that_reads_a_file_decides_about_its_headings() -> None:
    """On GitHub they are patterns with a character range, which it skips."""
    text = b"[One]\n*.py @a\n"
    assert (CodeOwners("CODEOWNERS", text).host, CodeOwners("CODEOWNERS", text).guessed) == (Host.GITLAB, False)
    on_github = CodeOwners("CODEOWNERS", text, Host.GITHUB)
    assert (on_github.host, [each.reason for each in on_github.failures]) == (
        Host.GITHUB,
        ["line 1 is skipped: GitHub has no character ranges"],
    )


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("git@github.com:shop/web.git", Host.GITHUB),
        ("https://user:secret@GitHub.com/shop/web", Host.GITHUB),
        ("ssh://git@altssh.gitlab.com:443/shop/web.git", Host.GITLAB),
        ("git@gitlab.example.org:shop/web.git", Host.GITLAB),
        ("https://git.example.org/github/gitlab.git", None),
        ("https://gitlab.github.example.org/x", None),
        ("/srv/gitlab/web.git", None),
        ("../gitlab/web", None),
        ("file:///srv/github/web.git", None),
        ("C:/gitlab/web", None),
        ("", None),
    ],
)
def test_an_address_names_its_host(address: str, host: Host | None) -> None:
    assert host_at(address) is host


def test_hostile_files_do_not_hang() -> None:
    """Size is bounded, bytes that are no text are replaced, and a pattern of many stars is matched in linear time."""
    large = CodeOwners("CODEOWNERS", b"* @x\n" * 700_000)
    assert large.rules == () and "bound" in large.failures[0].reason
    assert CodeOwners("CODEOWNERS", b"\xff\xfe @x\n").of("a").owners == ()
    started = time.process_time()
    for pattern in ("*a" * 60 + "b", "**/a/" * 30 + "b", "/" + "**/" * 40 + "*a*b"):
        assert not owns(pattern, "/".join(["a" * 60] * 60))
    assert time.process_time() - started < 5
