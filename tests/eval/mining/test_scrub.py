"""No question names its answer."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.mining.commit_questions import ask
from eval.mining.messages import read_prose
from eval.mining.scrub import Scrubber, answer_of, stem
from eval.mining.snapshot import CodeFile, Snapshot, is_answer_path
from ingest.git import GitCheckout
from ingest.model import LanguageId

SESSION = b"""
DEFAULT_RETRIES = 3
class SessionPool:
    def open_socket(self, host):
        return host
    def close(self):
        pass
def merge_cookies(jar):
    return jar
class Request:
    pass
def debounce():
    return SOCKET_TIMEOUT_MS
"""
OTHERS = {f"net/other{number}.py": b"def close():\n    return Request\n" for number in range(8)}


def snapshot_of(files: dict[str, bytes]) -> Snapshot:
    """A snapshot that no repository stands behind."""
    code = {path: CodeFile(path, LanguageId("python"), text) for path, text in files.items()}
    return Snapshot(GitCheckout("/none", "/none", "/none", bare=True), "0" * 40, code)


SNAPSHOT = snapshot_of({"net/session_pool.py": SESSION, **OTHERS})
SCRUBBER = Scrubber(SNAPSHOT)
ANSWER = answer_of(SNAPSHOT, ["net/session_pool.py"])

SCRUBBED = {
    "Fix `SessionPool.open_socket` hanging for ever": "Fix the method hanging for ever",
    "Fix the SessionPool class leaking sockets": "Fix the class leaking sockets",
    "Sockets of SessionPool leak": "Sockets of the class leak",
    "merge_cookies() drops the path": "The function drops the path",
    "Raise DEFAULT_RETRIES": "Raise constant",
    "Typed errors in net/session_pool.py and elsewhere": "Typed errors in the file and elsewhere",
    "Errors in other3.py": "Errors in other3.py",
    "Import net.session_pool late": "Import module late",
    "Wait for SOCKET_TIMEOUT_MS at most": "Wait for something at most",
    "Obey the SOCKET_TIMEOUT_MS setting": "Obey the setting",
    "Send a Request twice": "Send a class twice",
    "Close and merge_cookies or `merge_cookies`": "Close and the function",
    "Node.js answers e.g. and/or I/O": "Node.js answers e.g. and/or I/O",
    "Requests close when asked": "Requests close when asked",
}


@pytest.mark.parametrize(("text", "expected"), SCRUBBED.items())
def test_names_give_way_to_what_they_name(text: str, expected: str) -> None:
    """The sentence stays one; what is no name of the answer stays."""
    assert SCRUBBER.scrub(text, ANSWER).text == expected


LEAKS = {
    "Make the session pool smaller": "names the file",
    "Make sessionpool smaller": "names the file",
    "The Session-Pool shrinks": "names the file",
    "Why debounce at all": "names what is defined there",
    "What open_socket does": "names what is defined there",
    "Sessions shrink in a pool": "",
}


@pytest.mark.parametrize(("text", "expected"), LEAKS.items())
def test_what_still_gives_the_answer_away_is_found(text: str, expected: str) -> None:
    """A file's name in other letters, and a plain word that is a rare name."""
    assert SCRUBBER.leak(text, ANSWER) == expected


def test_a_rare_identifier_is_a_leak() -> None:
    """It need not be defined there."""
    assert SCRUBBER.leak("Obey SOCKET_TIMEOUT_MS", ANSWER) == "holds an identifier that few files have"


def test_a_file_named_for_its_place_is_called_like_its_folder() -> None:
    """But for folders whose names say nothing."""
    assert [stem(path) for path in ("net/web_response.py", "net/pool/__init__.py", "src/lib.rs", "index.js", "_x.test.js")] == [
        *("webresponse", "pool", "", "", "x")
    ]


def test_answers_are_code_of_the_repository_itself() -> None:
    """No tests, docs, vendored or generated files, and no name that is not text."""
    assert is_answer_path("net/pool.py")
    assert not any(
        map(
            is_answer_path,
            ("tests/test_pool.py", "docs/conf.py", "vendor/pool.py", "dist/pool.js", "pool_pb2.py", "net/\udcff.py", "a\nb.py"),
        )
    )


_NAMES = ["SessionPool", "open_socket", "merge_cookies", "DEFAULT_RETRIES", "SOCKET_TIMEOUT_MS", "session_pool", "debounce"]
_STYLES = [
    "{}",
    "`{}`",
    "``{}``",
    "{}()",
    "`net.{}`",
    "net/{}.py",
    "self.{}",
    "{}.py",
    "({})",
    "{},",
    ":meth:`~net.{}`",
    '"{}"',
    "the {} class",
    "{}::new",
]
_WORDS = [
    "slow",
    "servers",
    "answer",
    "cookies",
    "vanish",
    "when",
    "the",
    "pool",
    "session",
    "wait",
    "redirects",
    "follow",
    "in",
    "Fix",
    "and",
]
_MENTIONS = st.sampled_from([style.format(name) for style in _STYLES for name in _NAMES])
_MESSAGES = st.lists(st.one_of(st.sampled_from(_WORDS), _MENTIONS, st.sampled_from([".", "\n\n", "\n- "])), min_size=4, max_size=40)


@given(_MESSAGES)
def test_no_question_holds_the_file_or_an_identifier_of_its_answer(parts: list[str]) -> None:
    """However they are written in the message."""
    text, reason = ask(read_prose("Fix slow redirects of servers " + " ".join(parts)), ANSWER, SCRUBBER)
    assert bool(text) != bool(reason)
    assert not re.search(r"session[\W_]*pool", text, re.IGNORECASE)
    words = set(re.findall(r"\w+", text))
    assert not words & set(_NAMES)
