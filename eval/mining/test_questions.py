"""Questions out of tests: what a test's name and docstring say, and the definition that is proven to be its subject. The test is hidden."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from eval.mining.commit_questions import LEAKY, MAX_PLACEHOLDERS, MIN_CONTENT_WORDS, NAMED_TOO_OFTEN, TOO_SHORT
from eval.mining.doc_questions import first_sentences
from eval.mining.model import HUMP, Kind, Lines, Mined, Tally, content_words
from eval.mining.scrub import Scrubber, answer_of, says_name
from eval.mining.snapshot import Snapshot, is_answer_path
from graph.build import resolve_files
from graph.model import Edge, Evidence, Node, NodeKind
from graph.tests_of import subject_edges
from ingest.model import SymbolKind

MAX_SUBJECTS = 2

NO_SUBJECT = "no proven subject of its own (it calls many things, or none that its name or place says)"
OUTSIDE = "its subject is no code of the answer's kind (a test's support, an example, vendored)"
NO_NAME = "a test without a name in words"
SAYS_SUBJECT = LEAKY + "says the subject's name"

UNRELATED = "its subject's code speaks of other things"

_TIERS = ("tests:named", "tests:unit")
_RELATED = 0.7
"""Share of a question's words that must be in the code of its subject: calls that are not proven may hide what the test is about."""
_PREFIX = 5
_TITLE = re.compile(rb"\b(?:it|test|specify|should|scenario|example)(?:\.\w+)*\s*[( ]\s*([\"'`])(.+?)\1")
_FILLERS = re.compile(r"^(?:(?:tests?|it|should|spec|that|check|checks|ensure|verify|verifies)\s+)+", re.IGNORECASE)
_CLOSES = re.compile(rb"\s*(?:[)}\]]|end\b)")
_MAKERS = frozenset({"__init__", "__new__", "constructor", "__construct", "initialize", "new", "build", "default", "from", "create"})


def test_questions(snapshot: Snapshot, scrubber: Scrubber, name: str, tally: Tally) -> Iterator[Mined]:
    """Yield a question for each test with a subject that is proven; count the others."""
    edges: dict[str, list[Edge]] = {}
    nodes: dict[str, Node] = {}
    for graph in resolve_files({path: file.text for path, file in snapshot.files.items()}):
        nodes.update((node.handle, node) for node in graph.nodes)
        for edge in subject_edges(graph):
            edges.setdefault(edge.source, []).append(edge)
    for handle in sorted(edges):
        tally.seen[Kind.TEST] += 1
        question = _question(snapshot, scrubber, name, nodes, handle, edges[handle])
        if isinstance(question, str):
            tally.drop(Kind.TEST, question)
        else:
            yield question


def _question(snapshot: Snapshot, scrubber: Scrubber, name: str, nodes: dict[str, Node], handle: str, edges: Sequence[Edge]) -> Mined | str:
    test = nodes[handle]
    title = _title(snapshot, test)
    if not title:
        return NO_NAME
    rule, subjects = _subjects(edges, nodes)
    if not subjects:
        return NO_SUBJECT
    if not all(subject.path in snapshot.files and is_answer_path(subject.path) for subject in subjects):
        return OUTSIDE
    answer = answer_of(snapshot, [subject.path for subject in subjects])
    scrubbed = scrubber.scrub(title, answer)
    leak = scrubber.leak(scrubbed.text, answer)
    if leak:
        return LEAKY + leak
    if any(says_name(scrubbed.text, subject.name) for subject in subjects):
        return SAYS_SUBJECT
    if scrubbed.placeholders > MAX_PLACEHOLDERS:
        return NAMED_TOO_OFTEN
    if len(set(content_words(scrubbed.text))) < MIN_CONTENT_WORDS:
        return TOO_SHORT
    if not all(_is_related(snapshot, subject, scrubbed.text) for subject in subjects):
        return UNRELATED
    return Mined(
        f"test/{name}/{handle}",
        Kind.TEST,
        rule.partition(":")[2],
        snapshot.files[subjects[0].path].language,
        scrubbed.text,
        tuple(_lines(subjects)),
        handle,
        (Lines(test.path, (_own_lines(snapshot, test),)),),
    )


def _own_lines(snapshot: Snapshot, test: Node) -> tuple[int, int]:
    """Return the lines of a test; one that is written as a call is known by its first line, and ends where its indentation does."""
    if test.kind != NodeKind.LAMBDA or test.end_line > test.start_line:
        return test.start_line, test.end_line
    lines = snapshot.files[test.path].text.split(b"\n")
    indent = len(lines[test.start_line - 1]) - len(lines[test.start_line - 1].lstrip())
    for number, line in enumerate(lines[test.start_line :], start=test.start_line + 1):
        if line.strip() and len(line) - len(line.lstrip()) <= indent:
            return test.start_line, number if _CLOSES.match(line) else number - 1
    return test.start_line, len(lines)


def _is_related(snapshot: Snapshot, subject: Node, text: str) -> bool:
    """Say whether the code of a subject holds most of a question's words, as far as their beginnings go."""
    code = b"\n".join(snapshot.files[subject.path].text.split(b"\n")[subject.start_line - 1 : subject.end_line]).decode("utf-8", "replace")
    there = {word.lower()[:_PREFIX] for word in HUMP.findall(code)}
    asked = {word[:_PREFIX] for word in content_words(text)}
    return len(asked & there) >= max(_RELATED * len(asked), 3)


def _lines(subjects: Sequence[Node]) -> Iterator[Lines]:
    for path in sorted({subject.path for subject in subjects}):
        yield Lines(path, tuple(sorted({(each.start_line, each.end_line) for each in subjects if each.path == path})))


def _subjects(edges: Sequence[Edge], nodes: dict[str, Node]) -> tuple[str, list[Node]]:
    """Return the rule by which a test's subjects are known and the subjects; none where they are many or not proven.

    What a test calls besides may set it up, so what neither its name nor its place says is no subject.
    """
    if any(edge.evidence is not Evidence.PROVEN for edge in edges):
        return "", []
    for rule in _TIERS:
        found = {nodes[edge.target].handle: nodes[edge.target] for edge in edges if edge.rule == rule and edge.target in nodes}
        makers = {handle for handle, node in found.items() if node.name in _MAKERS}
        subjects = [node for handle, node in sorted(found.items()) if handle not in makers or len(makers) == len(found)]
        classes = {node.qualified_name for node in subjects if node.kind not in {SymbolKind.METHOD, SymbolKind.FUNCTION}}
        methods = [node for node in subjects if node.qualified_name not in classes]
        subjects = methods or subjects
        if subjects:
            return (rule, subjects) if len(subjects) <= MAX_SUBJECTS else ("", [])
    return "", []


def _title(snapshot: Snapshot, test: Node) -> str:
    """Return what a test's name and docstring say in words."""
    if test.kind == NodeKind.FILE or test.name.startswith(("Benchmark", "benchmark")):
        return ""
    if test.kind == NodeKind.LAMBDA:
        lines = snapshot.files[test.path].text.split(b"\n")[max(test.start_line - 2, 0) : test.start_line]
        found = _TITLE.findall(b" ".join(lines))
        return _FILLERS.sub("", found[-1][1].decode("utf-8", "replace")) if found else ""
    humps = " ".join(word if word.isupper() and len(word) > 1 else word.lower() for word in HUMP.findall(test.name))
    said = re.sub(r"(?:\s+\d+)+$", "", _FILLERS.sub("", humps))
    symbol = next((each for each in snapshot.symbols(test.path) if (each.name, each.start_line) == (test.name, test.start_line)), None)
    doc = first_sentences(symbol.doc) if symbol and symbol.doc else ""
    return f"{said[:1].upper()}{said[1:]}. {doc}".strip() if doc else said[:1].upper() + said[1:]
