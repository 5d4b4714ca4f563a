"""Systems in processes: what a good one gives, and what is said of one that is slow, dies, or does not keep to the protocol."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from eval.model import Found
from eval.systems.process import Bounds, ProcessSystem
from ingest.errors import SourceError

# A system that keeps to the protocol: finds the file each question names, and counts how often it was started.
GOOD = """
import json, os, sys
print("ready", file=sys.stderr)
for line in sys.stdin:
    request = json.loads(line)
    if request["do"] == "index":
        os.makedirs(request["data"])
        open(os.path.join(request["data"], "index"), "w").write("x" * 1000)
        block = bytearray(30_000_000)
        reply = {"version": "1.5", "seconds": 0.25, "cpu_seconds": 0.5, "files": 2, "chunks": 3}
    else:
        row = {"start_line": 1, "end_line": 2, "score": 0.5, "tokens": 7, "signals": {"name": 1.0}}
        found = [[{"path": question, **row}] for question in request["questions"]]
        answers = [{"ms": 1.25, "confidence": 0.5, "found": rows[: request["limit"]]} for rows in found]
        reply = {"version": "1.5", "cold_ms": 12.0 if os.path.isdir(request["data"]) else -1.0, "answers": answers}
    print(json.dumps(reply), flush=True)
"""


def system(tmp_path: Path, script: str, *, bounds: Bounds | None = None, variables: dict[str, str] | None = None) -> ProcessSystem:
    file = tmp_path / "system.py"
    file.write_text(script)
    return ProcessSystem(
        "peer", [sys.executable, "-I", str(file)], tmp_path / "data", bounds=bounds, variables=variables, remedy="buy another"
    )


def answering(reply: str) -> str:
    """A system that answers everything with the value of an expression."""
    return f"import json, os, sys, time\nfor line in sys.stdin:\n    request = json.loads(line)\n    print({reply}, flush=True)\n"


def test_a_system_indexes_and_answers(tmp_path: Path) -> None:
    peer = system(tmp_path, GOOD)
    assert peer.version == ""
    cost = peer.index("shop", tmp_path)
    assert (cost.corpus, cost.seconds, cost.cpu_seconds, cost.files, cost.chunks, cost.index_bytes) == ("shop", 0.25, 0.5, 2, 3, 1000)
    answers = peer.ask(tmp_path, ["a.py", "b.py"], 10)
    assert answers.cold_ms == 12.0
    assert [answer.found for answer in answers.answers] == [(Found(name, 1, 2, 0.5, 7, {"name": 1.0}),) for name in ("a.py", "b.py")]
    assert (answers.answers[0].milliseconds, answers.answers[0].confidence) == (1.25, 0.5)
    assert peer.version == "1.5"
    assert peer.ask(tmp_path, ["a.py"], 0).answers[0].found == ()
    peer.close()


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="memory is read from /proc")
def test_the_memory_of_indexing_is_seen(tmp_path: Path) -> None:
    peer = system(tmp_path, GOOD.replace("reply = {", "import time; time.sleep(0.3); reply = {", 1))
    assert peer.index("shop", tmp_path).peak_bytes > 30_000_000
    peer.close()


def test_an_index_begins_from_nothing(tmp_path: Path) -> None:
    """What an earlier run left would be indexed in no time."""
    peer = system(tmp_path, GOOD)
    peer.index("shop", tmp_path)
    assert peer.index("shop", tmp_path).index_bytes == 1000
    peer.close()


@pytest.mark.parametrize(("updates", "kept"), [(True, True), (False, False)])
def test_an_index_of_a_folder_that_moved_is_kept_where_a_system_updates(tmp_path: Path, updates: bool, kept: bool) -> None:
    """Others begin anew, as all do with a folder they have not seen."""
    file = tmp_path / "system.py"
    file.write_text(GOOD.replace('os.makedirs(request["data"])', 'os.makedirs(request["data"], exist_ok=True)'))
    peer = ProcessSystem("peer", [sys.executable, "-I", str(file)], tmp_path / "data", updates=updates)
    peer.index("shop", tmp_path)
    (mark,) = [each / "mark" for each in (tmp_path / "data").iterdir()]
    mark.touch()
    peer.index("shop", tmp_path, moved=True)
    assert mark.exists() == kept
    mark.touch()
    peer.index("shop", tmp_path)
    assert not mark.exists()
    peer.close()


def test_corpora_of_one_name_have_an_index_each(tmp_path: Path) -> None:
    peer = system(tmp_path, GOOD)
    for folder in ("a/shop", "b/shop"):
        (tmp_path / folder).mkdir(parents=True)
        peer.index("shop", tmp_path / folder)
    assert len(list((tmp_path / "data").iterdir())) == 2
    peer.close()


def test_a_closed_system_starts_again(tmp_path: Path) -> None:
    """So that a question can be put to a process that has not seen the index."""
    peer = system(tmp_path, GOOD)
    peer.index("shop", tmp_path)
    peer.close()
    peer.close()
    assert peer.ask(tmp_path, ["a.py"], 1).cold_ms == 12.0
    peer.close()


def test_variables_reach_the_system(tmp_path: Path) -> None:
    peer = system(tmp_path, answering("json.dumps({'error': os.environ['COLOUR']})"), variables={"COLOUR": "green"})
    with pytest.raises(SourceError, match=r"peer cannot index .*: green"):
        peer.index("shop", tmp_path)
    peer.close()


def test_an_error_reply_leaves_the_process_running(tmp_path: Path) -> None:
    peer = system(tmp_path, "import os\n" + answering("json.dumps({'error': 'no luck ' + str(os.getpid())})"))
    errors: list[str] = []
    for _ in range(2):
        with pytest.raises(SourceError) as caught:
            peer.index("shop", tmp_path)
        errors.append(str(caught.value))
    assert errors[0] == errors[1]
    peer.close()


def test_a_system_that_cannot_start_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"cannot start peer .*/nowhere.*buy another"):
        ProcessSystem("peer", [str(tmp_path / "nowhere")], tmp_path / "data", remedy="buy another").index("shop", tmp_path)


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("import sys; sys.exit('out of ink')", "peer ended with status 1 when asked to index .*: out of ink; buy another"),
        ("import os; os.kill(os.getpid(), 9)", "peer was ended by SIGKILL, perhaps for lack of memory, when asked"),
        ("import os; os.kill(os.getpid(), 15)", "peer was ended by SIGTERM when asked"),
        ("import os, time; os.close(1); os.close(0); time.sleep(60)", "peer closed its output when asked"),
        (answering("'hello'"), "its answer is not JSON .*its adapter is at fault, buy another"),
        (answering("'[1]'"), r"its answer is not an object: \[1\]"),
        (answering("'{}'"), r"answered what the protocol does not have \(KeyError\('version'\)\)"),
        (answering("""'{"version": "1", "seconds": "long", "cpu_seconds": 0, "files": 1, "chunks": 1}'"""), "ValueError"),
    ],
)
def test_a_system_that_fails_is_named_with_what_it_said(tmp_path: Path, script: str, why: str) -> None:
    peer = system(tmp_path, script)
    with pytest.raises(SourceError, match=why):
        peer.index("shop", tmp_path)
    peer.close()


def test_what_a_babbling_system_said_is_shown(tmp_path: Path) -> None:
    peer = system(tmp_path, "import sys; print('I am lost', file=sys.stderr)\n" + answering("'?'"))
    with pytest.raises(SourceError, match="it said: I am lost"):
        peer.index("shop", tmp_path)


def test_answers_that_are_too_few_are_an_error(tmp_path: Path) -> None:
    peer = system(tmp_path, answering("""'{"version": "1", "cold_ms": 0, "answers": []}'"""))
    with pytest.raises(SourceError, match="gave 0 answers to 2 questions"):
        peer.ask(tmp_path, ["a", "b"], 10)


def test_a_system_that_fails_is_started_anew(tmp_path: Path) -> None:
    """It may be out of step, so its next answer could be that of the question before."""
    mark = tmp_path / "mark"
    script = f"import os\nif not os.path.exists({str(mark)!r}):\n    open({str(mark)!r}, 'w'); raise SystemExit(3)\n" + GOOD
    peer = system(tmp_path, script)
    with pytest.raises(SourceError, match="status 3"):
        peer.index("shop", tmp_path)
    assert peer.index("shop", tmp_path).files == 2
    peer.close()


def test_a_system_that_hangs_is_ended_with_all_below_it(tmp_path: Path) -> None:
    """Its children, too: they would keep the memory and the locks."""
    pids = tmp_path / "pids"
    script = f"""
import os, subprocess, sys, time
below = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
open({str(pids)!r}, "w").write(str(below.pid))
time.sleep(60)
"""
    peer = system(tmp_path, script, bounds=Bounds(index=1.0, end=0.1))
    began = time.monotonic()
    with pytest.raises(SourceError, match="peer gave no answer for 1 s when asked to index"):
        peer.index("shop", tmp_path)
    assert time.monotonic() - began < 20
    assert not _runs(int(pids.read_text()))


def _runs(process: int) -> bool:
    for _ in range(100):
        try:
            os.kill(process, 0)
            if Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return False  # ended, and whoever took it over has not looked yet
        except (ProcessLookupError, FileNotFoundError):
            return False
        time.sleep(0.02)
    return True


def test_a_system_that_reads_nothing_does_not_hang_the_asker(tmp_path: Path) -> None:
    """A pipe holds 64 KB; a large request waits for its reader, and the wait is bounded."""
    peer = system(tmp_path, "import time; time.sleep(60)", bounds=Bounds(open=0.5, question=0.0, end=0.1))
    with pytest.raises(SourceError, match=r"gave no answer for [01] s"):
        peer.ask(tmp_path, ["x" * 1_000_000], 10)


def test_a_system_that_ends_before_it_has_read_is_told_by_its_end(tmp_path: Path) -> None:
    peer = system(tmp_path, "import os, time; os.close(0); time.sleep(0.3); raise SystemExit('no ears')")
    with pytest.raises(SourceError, match=r"ended with status 1 .*: no ears"):
        peer.ask(tmp_path, ["x" * 1_000_000], 10)


def test_large_requests_and_answers_pass(tmp_path: Path) -> None:
    peer = system(
        tmp_path,
        answering("""json.dumps({"version": "1" * 3_000_000, "cold_ms": 0, "answers": [{"ms": 1, "confidence": 0, "found": []}]})"""),
    )
    assert len(peer.ask(tmp_path, ["x" * 1_000_000], 10).answers) == 1
    assert len(peer.version) == 3_000_000
    peer.close()


def test_a_system_that_never_ends_its_line_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eval.systems.process._LARGEST_ANSWER", 100_000)
    peer = system(tmp_path, "import sys\nwhile True: sys.stdout.write('x' * 10_000)")
    with pytest.raises(SourceError, match="bytes without the end of a line"):
        peer.index("shop", tmp_path)
