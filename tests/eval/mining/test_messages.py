"""What is left of messages, and which of them ask for something."""

from __future__ import annotations

import pytest

from eval.mining.changes import closed_issues
from eval.mining.intent import FEATURE, FIX, HOUSEKEEPING, UNCLEAR, intent
from eval.mining.messages import own_text, read_prose, read_subject, template_lines

SUBJECTS = {
    "Fix crash on empty input (#123)": ("", "Fix crash on empty input"),
    "fix(parser)!: handle empty input": ("fix", "Handle empty input"),
    "Fixes #12, #13 -- Honour the timeout.": ("fix", "Honour the timeout"),
    "PROJ-1234: Honour the timeout": ("", "Honour the timeout"),
    "[router] Honour the timeout": ("", "Honour the timeout"),
    "net/http: honour the timeout, closes #4": ("", "Honour the timeout"),
    ":bug: Honour the timeout (fixes GH-12)": ("", "Honour the timeout"),
    "Honour the timeout, see https://example.org/issues/7": ("", "Honour the timeout"),
    "Honour the timeout again after 1a2b3c4d": ("", "Honour the timeout again after"),
    "Honour .netrc files (by @ada)": ("", "Honour .netrc files"),
    "Check whether @id is unique": ("", "Check whether @id is unique"),
    "#12": ("", ""),
    "- -O/-o options take paths -": ("", "-O/-o options take paths"),
    "Disable solving (except #12": ("", "Disable solving"),
}


@pytest.mark.parametrize(("line", "expected"), SUBJECTS.items())
def test_a_subject_loses_what_is_no_sentence(line: str, expected: tuple[str, str]) -> None:
    """Types, areas, tickets, numbers, links and hashes go."""
    assert read_subject(line) == expected


BODY = """Honour the timeout (#9)

* wip again and again until it works
* more of the same from the branch

Requests to slow servers waited for ever, whatever the caller said.
It is the [socket](https://example.org/socket) that never learned of it, see :meth:`~net.Socket.open`:

```python
socket.open(timeout=3)
```

    indented = code()

<!-- Please describe your change at length in plain words -->
## Checklist
- [x] I have read the rules about all contributions here
- Callers that pass nothing wait for the default of sixty seconds
> quoted words of somebody else about slow servers

I have added a test for slow servers that never answer.
Please keep the lines of this template as they are here

Co-authored-by: Bob <bob@example.org>
"""


def test_a_body_keeps_prose_alone() -> None:
    """No code, no lists of commits, no template, no quotation, no trailer, nothing about the work itself."""
    prose = read_prose(BODY, {"Please keep the lines of this template as they are here"})
    assert prose.subject == "Honour the timeout"
    assert prose.sentences == (
        "Requests to slow servers waited for ever, whatever the caller said.",
        "Callers that pass nothing wait for the default of sixty seconds.",
    )


def test_a_body_is_cut_between_sentences() -> None:
    """What follows the first few hundred characters says how, not what."""
    sentence = "Slow servers never answered their waiting callers in time."
    prose = read_prose("Honour the timeout\n\n" + " ".join([sentence] * 20))
    assert 3 <= len(prose.sentences) <= 8
    assert set(prose.sentences) == {sentence}


def test_lines_of_three_messages_are_a_template() -> None:
    """The subject is never part of it."""
    assert template_lines(["same\n\na\nb", "same\n\na\nc", "same\n\na\nb\na"]) == {"a"}


MERGES = {
    "Merge pull request #1 from ada/topic\n\nHonour the timeout\n\nIt was lost.": "Honour the timeout\n\nIt was lost.",
    "Merge branch 'topic' into 'main'\n\nHonour the timeout\n\nSee merge request a/b!1": "Honour the timeout\n\nSee merge request a/b!1",
    "Merge branch 'topic' into 'main'\n\nSee merge request a/b!1": "",
    "Merge branch 'topic'": "",
    "Merge pull request #1 from ada/topic\n\nMerge branch 'main' into topic": "",
    "Merge branch 'topic'\n\n* topic:\n  Honour the timeout": "",
    'Merge "Honour the timeout" into main': "Honour the timeout",
    "Honour the timeout": "Honour the timeout",
}


@pytest.mark.parametrize(("message", "expected"), MERGES.items())
def test_a_merge_says_what_its_request_says(message: str, expected: str) -> None:
    """Behind the words of the tool stands a title, or nothing."""
    assert own_text(message) == expected


INTENTS = {
    "Fix crash on empty input": FIX,
    "Do not lose cookies between redirects": FIX,
    "Add error pages for missing articles": FEATURE,
    "Allow cookies without domains": FEATURE,
    "Trim names before comparing": FEATURE,
    "Fix typo in error": HOUSEKEEPING,
    "Bump version to 2.0": HOUSEKEEPING,
    "2.0.1": HOUSEKEEPING,
    "shop-2.0": HOUSEKEEPING,
    "Remove the old cart": HOUSEKEEPING,
    "Fix flaky test on Windows": HOUSEKEEPING,
    "Line buffering": UNCLEAR,
}


@pytest.mark.parametrize(("subject", "expected"), INTENTS.items())
def test_intent_is_told_by_words(subject: str, expected: str) -> None:
    """A fix, a feature, housekeeping, or none of them."""
    assert intent(subject) == expected


def test_a_conventional_type_decides() -> None:
    """Where the words do not say housekeeping."""
    assert intent("Line buffering", "feat") == FEATURE
    assert intent("Line buffering", "fix") == FIX
    assert intent("Allow cookies", "chore") == HOUSEKEEPING


@pytest.mark.parametrize(
    "part", [" ", ",", "fix ", "[", "`", "`a ", "<!--", "```\n", "#1 ", "a/", "\n", "- ", "http://", "(", "A1-", "@a "]
)
@pytest.mark.timeout(20)
def test_a_hostile_message_takes_no_time(part: str) -> None:
    """However long it is, and whatever it repeats."""
    for message in (f"Fix {part * 50_000}", f"Fix it\n\nFixes {part * 50_000}x"):
        read_prose(message)
        own_text(f"Merge {message}")
        closed_issues((message,))


CLOSED = {
    "Fixes #12": [12],
    "fix: #12, #13 and #14 & ada/shop#15": [12, 13, 14, 15],
    "Closes GH-3; resolves https://example.org/ada/shop/issues/4.": [3, 4],
    "See #12, prefix #13, fixed 12 bugs": [],
}


@pytest.mark.parametrize(("text", "expected"), CLOSED.items())
def test_the_issues_that_a_message_closes(text: str, expected: list[int]) -> None:
    """Those that a word of closing stands before, in a row."""
    assert closed_issues((text,)) == expected
