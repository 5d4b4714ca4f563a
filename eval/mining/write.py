"""A mined set as a folder: ``queries.jsonl``, ``repos.json`` and ``set.json``."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from eval.files import write_whole
from eval.mining.mine import MinedSet
from eval.mining.model import UNSEEN, UNWRITTEN, Lines, Mined, together
from ingest.errors import SourceError
from ingest.git import GitCheckout, run

FORMAT = 1
UNSEEN_SUFFIX = "@unseen"
UNWRITTEN_SUFFIX = "@unwritten"
"""A corpus is named REPOSITORY@VARIANT, so figures over repositories count both corpora as one."""
_FILES = ("queries.jsonl", "repos.json", "set.json")
_REMOTE = re.compile(r"(?:://[^/]+/|^[\w.-]+@[\w.-]+:)([\w.-]+/[\w.-]+?)(?:\.git)?/?$")


def write_set(mined: MinedSet, folder: Path, made_at: str) -> dict[str, Any]:
    """Write a set and return what ``set.json`` holds. Raises SourceError for a folder that holds something else, or cannot be written."""
    try:
        if folder.exists() and any(folder.iterdir()) and not (folder / "set.json").is_file():
            raise SourceError(f"{folder} holds something that is no set; give --out a new folder, or one that an earlier run made")
        folder.mkdir(parents=True, exist_ok=True)
        record = set_document(mined, folder.resolve().name, made_at)
        repositories = _repositories(mined)
        queries = "".join(json.dumps(question_row(mined, each), ensure_ascii=False) + "\n" for each in mined.questions)
        for name, text in zip(_FILES, (queries, _dump(repositories), _dump(record)), strict=True):
            write_whole(folder / name, text)
    except OSError as error:
        raise SourceError(f"cannot write the set {folder}: {error.strerror}; give --out a folder that can be made and written") from error
    return record


def _dump(value: object) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


def question_row(mined: MinedSet, question: Mined) -> dict[str, Any]:
    """Return one line of ``queries.jsonl``."""
    return {
        "id": question.question_id,
        "query": question.text,
        "kind": question.kind.value,
        "category": question.category,
        "language": question.language,
        "name": mined.name + _suffix(question),
        "commit": mined.snapshot,
        **({"at": question.at} if question.at else {}),
        "relevant": _rows(question.relevant),
        "source": question.source,
    }


def _suffix(question: Mined) -> str:
    return UNSEEN_SUFFIX if question.kind in UNSEEN else UNWRITTEN_SUFFIX if question.kind in UNWRITTEN else ""


def _rows(places: Iterable[Lines]) -> list[dict[str, Any]]:
    return [{"path": each.path, "spans": [list(span) for span in each.spans]} for each in places]


def _repositories(mined: MinedSet) -> list[dict[str, Any]]:
    """Return the corpora: the snapshot as it is, and where questions were made of what stands in it, the snapshots without that."""
    base = {"repo": upstream(mined.checkout) or mined.name, "commit": mined.snapshot, "git": mined.checkout.root}
    rows: list[dict[str, Any]] = []
    for suffix in ("", UNSEEN_SUFFIX, UNWRITTEN_SUFFIX):
        own = [question for question in mined.questions if _suffix(question) == suffix]
        hidden = together(lines for question in own for lines in question.hidden)
        if own:
            rows.append({"name": mined.name + suffix, **base, **({"hidden": _rows(hidden)} if suffix else {})})
    return rows


def upstream(checkout: GitCheckout) -> str:
    """Return OWNER/NAME of the remote that a clone was made of, without anything else of its address; empty where there is none."""
    output, _ = run(checkout.root, "config", "--get", "remote.origin.url", accept=(0, 1))
    match = _REMOTE.search(os.fsdecode(output).strip())
    return match[1] if match else ""


def set_document(mined: MinedSet, name: str, made_at: str) -> dict[str, Any]:
    """Return what ``set.json`` holds."""
    options = mined.options
    return {
        "format": FORMAT,
        "name": name,
        "made_by": f"codelore eval mine {version('codelore')}",
        "made_at": made_at,
        "options": {
            "kinds": [kind.value for kind in options.kinds],
            "snapshot": mined.snapshot,
            "until": mined.until,
            "changes": mined.changes,
            "limit": options.limit,
            "seed": options.seed,
        },
        "report": mined.tally.document(options.kinds),
    }
