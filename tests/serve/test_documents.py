"""Text of any kind fits into JSON, and an answer's status neither hides nor invents anything."""

import json

from ingest.model import Failure, ViewStatus
from serve.documents import MAX_LISTED, answer_status, status_document, to_line
from tests.serve.commands import hold_to_schema


def test_bytes_that_are_no_text_are_spelled_out() -> None:
    """JSON is UTF-8, a path on disk need not be."""
    line = to_line(status_document(ViewStatus("/tmp/caf\udce9", "r", 1, 2.0, failed=(Failure("\ud800", "x"),))))
    status = json.loads(line.encode())
    hold_to_schema(status, "Status")
    assert status["view"] == "/tmp/caf\\xe9"
    assert status["failed"][0]["path"] == "\\ud800"


def test_pending_and_age_that_nobody_knows_are_null() -> None:
    """A number that was not measured is not printed."""
    status = status_document(ViewStatus("v", "r", 0, 0.0, pending=-1))
    hold_to_schema(status, "Status")
    assert (status["pending"], status["as_of"]) == (None, None)


def test_an_answer_lists_some_failures_and_counts_all() -> None:
    """A cap is never silent."""
    status = ViewStatus("v", "r", 1, 1.0, failed=tuple(Failure(f"{number}.py", "broken") for number in range(50)))
    document = status_document(status)
    assert (len(document["failed"]), document["failed_total"]) == (MAX_LISTED, 50)
    assert len(status_document(status, listed=None)["failed"]) == 50


def test_several_views_are_summed_and_listed() -> None:
    """The oldest age counts, and a pending count that is missing once is missing in the sum."""
    one = ViewStatus("/a", "a", 3, 100.0, files=1, pending=2, skipped={"binary": 1}, truncated=("x",), notes=("n",))
    two = ViewStatus("/b", "b", 5, 50.0, files=2, pending=1, skipped={"binary": 2, "empty": 1}, failed=(Failure("p", "r"),))
    both = answer_status([one, two])
    hold_to_schema(both, "Status")
    assert (both["files"], both["pending"], both["skipped"]) == (3, 3, {"binary": 3, "empty": 1})
    assert (both["failed_total"], both["truncated"], both["notes"]) == (1, ["x"], ["n"])
    assert both["as_of"] == "1970-01-01T00:00:50Z"
    assert [view["view"] for view in both["views"]] == ["/a", "/b"]
    assert answer_status([one, ViewStatus("/c", "c", 1, 1.0, pending=-1)])["pending"] is None
