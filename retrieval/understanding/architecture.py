"""Questions about a repository as a whole: how it is built, what its parts are."""

from __future__ import annotations

import re

_ALL = (
    r"(?:(?:the|this|our|that) )?(?:whole |entire |overall )?"
    r"(?:project|code ?base|code base|repository|repo|application|app|library|framework|system|source(?: code| tree)?|code)"
)
_PARTS = r"(?:modules?|components?|packages?|subsystems?|layers?|parts|building blocks|pieces)"
_MAIN = r"(?:main|major|core|key|top[- ]level|high[- ]level|important)"
_DONE = r"(?:organi[sz]ed|structured|laid out|architected|designed|built up|put together)"
_WHAT = r"(?:(?:high[- ]level |overall |general )?(?:architecture|structure|layout|overview|organi[sz]ation|design|module map|big picture))"

_WHOLE = re.compile(
    rf"(?:(?:what(?: is|'s)|describe|explain|show(?: me)?|give(?: me)?|summari[sz]e) (?:an? |the )?{_WHAT}(?: of {_ALL})?"
    rf"|{_WHAT} of {_ALL}|{_ALL} {_WHAT}"
    rf"|how (?:is|are) {_ALL} {_DONE}"
    rf"|(?:what|which) are (?:the |its )?(?:{_MAIN} )?{_PARTS}(?: of {_ALL})?(?: and how do they (?:fit|work|hang) together)?"
    rf"|(?:what|which) {_PARTS} (?:are there|does {_ALL} (?:have|consist of))"
    rf"|how do (?:the |its )?(?:{_MAIN} )?{_PARTS}(?: of {_ALL})? (?:fit|work|hang|play) together)",
    re.IGNORECASE,
)
_LONGEST = 200


def is_about_all(text: str) -> bool:
    """Say whether a text asks how the whole is built: it has to be such a question and nothing else."""
    text = " ".join(text.split()).rstrip("?!. ")
    return len(text) <= _LONGEST and _WHOLE.fullmatch(text) is not None
