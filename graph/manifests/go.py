"""Go: ``go.mod`` and ``go.work``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from graph.manifests.located import lines
from graph.manifests.model import Dependency, Ecosystem, Manifest, Scope, inside, name, text

_VERBS = frozenset({"module", "require", "replace", "exclude", "retract", "use", "tool", "ignore", "godebug"})


def _directives(source: str) -> Iterator[tuple[str, list[str], str, int]]:
    """Yield (verb, words, comment, line) of each directive, also of those inside a block."""
    block = ""
    for line, raw in enumerate(lines(source), 1):
        code, _, comment = raw.partition("//") if not re.search(r"[\"`][^\"`]*//", raw) else (raw, "", "")
        words = [word.strip('"`') for word in code.split()]
        if not words:
            continue
        if words[0] == ")":
            block = ""
        elif block:
            yield block, words, comment.strip(), line
        elif words[0] in _VERBS:
            if words[1:] == ["("]:
                block = words[0]
            else:
                yield words[0], words[1:], comment.strip(), line


def go_mod(path: str, source: str) -> Manifest:
    """Read ``go.mod``. A replacement by a folder makes the dependency local."""
    folder = path.rpartition("/")[0]
    module, at, dropped = "", 1, 0
    required: list[tuple[str, str, bool, int]] = []
    local: dict[str, str] = {}
    for verb, words, comment, line in _directives(source):
        if verb == "module" and words:
            module, at = name(words[0]), line
        elif verb == "require":
            if words and name(words[0]):
                required.append((words[0], text(words[1]) if len(words) > 1 else "", comment.startswith("indirect"), line))
            else:
                dropped += 1
        elif verb == "replace" and "=>" in words and words[words.index("=>") + 1 :]:
            place = words[words.index("=>") + 1]
            target = inside(folder, place) if place.startswith((".", "..")) else None
            if target is not None:
                local[words[0]] = target
    found = [
        Dependency(own, version, Scope.INDIRECT if indirect else Scope.RUNTIME, line, local=local.get(own))
        for own, version, indirect, line in required
    ]
    return Manifest(path, Ecosystem.GO, module, at, tuple(found), dropped=dropped)


def go_work(path: str, source: str) -> Manifest:
    """Read ``go.work``: the folders it uses are one workspace."""
    members = [words[0].removeprefix("./") or "." for verb, words, _, _ in _directives(source) if verb == "use" and words]
    return Manifest(path, Ecosystem.GO, workspace=tuple(map(text, members)))
