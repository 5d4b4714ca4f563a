"""Where docs stand in each language, and what is asked of them and of tests."""

from __future__ import annotations

import pytest

from eval.mining.doc_questions import doc_lines, doc_questions, first_sentences
from eval.mining.model import Kind, Mined, Tally
from eval.mining.scrub import Scrubber
from eval.mining.snapshot import CodeFile, Snapshot
from eval.mining.test_questions import test_questions as ask_tests
from ingest.git import GitCheckout
from ingest.model import LanguageId


def snapshot_of(**files: str) -> Snapshot:
    """A snapshot that no repository stands behind; ``__`` in a name is a slash, ``_D`` a dot."""
    languages = {"py": "python", "go": "go", "js": "javascript", "ex": "elixir", "cs": "csharp", "rs": "rust"}
    code: dict[str, CodeFile] = {}
    for name, text in files.items():
        path = name.replace("__", "/").replace("_D", ".")
        code[path] = CodeFile(path, LanguageId(languages[path.rpartition(".")[2]]), text.encode())
    return Snapshot(GitCheckout("/none", "/none", "/none", bare=True), "0" * 40, code)


def docs(snapshot: Snapshot) -> tuple[list[Mined], dict[str, int]]:
    """The questions out of a snapshot's docs, and what was dropped."""
    tally = Tally()
    found = list(doc_questions(snapshot, Scrubber(snapshot), "shop", tally))
    return found, dict(tally.dropped.get(Kind.DOCSTRING, {}))


PYTHON = '''
def one(a):
    r""" Count all parcels waiting at the northern gate."""
    b = a
    c = b
    d = c
    return d

class Two(
    object,
):
    """
    Remember which parcels have left the harbour.

    More.
    """
    a = 1
    b = 2
    c = 3
    d = 4

def three(a):
    'Weigh the parcels of some sleeping sailor.'
    b = a
    c = b
    return c + b

def four():
    """Nothing is here that anybody would ever seek."""
'''
GO = """package shop

// Weigh puts parcels on the scales and tells
// how heavy they are together.
func Weigh(a int) int {
	b := a
	c := b
	return c
}
"""
CSHARP = """class Shop {
    /// <summary>Sends waiting parcels across the frozen river.</summary>
    [Obsolete]
    public int Send(int a) {
        var b = a;
        var c = b;
        return c;
    }
}
"""
ELIXIR = '''defmodule Shop do
  @doc """
  Sends waiting parcels across the frozen river.

  More.
  """
  @spec send(integer) :: integer
  def send(a) do
    b = a
    c = b
    c
  end
end
'''


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("gate_Dpy", PYTHON, {"one": (3, 3), "Two": (12, 16), "three": (23, 23), "four": (29, 29)}),
        ("gate_Dgo", GO, {"Weigh": (3, 4)}),
        ("gate_Dcs", CSHARP, {"Send": (2, 2)}),
        ("gate_Dex", ELIXIR, {"send": (2, 6)}),
    ],
)
def test_the_lines_of_a_doc_are_found(name: str, text: str, expected: dict[str, tuple[int, int]]) -> None:
    """Whether it opens the body or stands above, with attributes between."""
    snapshot = snapshot_of(**{name: text})
    (file,) = snapshot.files.values()
    assert {symbol.name: doc_lines(file, symbol) for symbol in snapshot.symbols(file.path) if symbol.doc} == expected


def test_a_doc_that_is_not_there_is_not_found() -> None:
    """As where a comment was changed in a way that nothing here undoes."""
    snapshot = snapshot_of(gate_Dgo=GO, other_Dgo=GO.replace("puts", "sets"))
    (symbol,) = (each for each in snapshot.symbols("gate.go") if each.doc)
    assert doc_lines(snapshot.files["other.go"], symbol) is None
    assert doc_lines(CodeFile("x.go", LanguageId("go"), b"func Weigh() {}\n" * 9), symbol) is None


def test_docs_ask_for_bodies() -> None:
    """Not for what has none; and not by the words that a doc begins with in Go."""
    found, dropped = docs(snapshot_of(gate_Dpy=PYTHON, scales_Dgo=GO))
    assert {each.text: [(place.path, place.spans) for place in each.relevant] for each in found} == {
        "Count all parcels waiting at the northern gate.": [("gate.py", ((4, 7),))],
        "Remember which parcels have left the harbour.": [("gate.py", ((17, 20),))],
        "Puts parcels on the scales and tells how heavy they are together.": [("scales.go", ((5, 9),))],
    } or dropped
    assert dropped["has no body of 4 to 400 lines"] == 2
    assert dropped["leaky: names the file"] == 2


BODY = "".join(f"    step_{number} = {number}\n" for number in range(5))
REFUSED = {
    "say_twice": ("Frozen rivers carry waiting parcels home.", "says the same as another doc"),
    "__repr__": ("Frozen lakes carry every parcel away.", "a special or private method that the language calls"),
    "old": ("Deprecated: use the frozen river instead.", "its doc is no prose (tags, code, licences, notes to self)"),
    "tiny": ("Frozen parcels do go.", "fewer than 4 words of content are left"),
    "carry_frozen_waiting_parcels": ("Carry the frozen waiting parcels.", "says its name and no more"),
    "swap": (
        "Trade northern Harbour_Gate and southern Harbour_Wall between sleeping sailors.",
        "names the answer too often to read without it",
    ),
}


def test_docs_that_ask_nothing_are_counted() -> None:
    """By one reason each."""
    functions = "".join(f'def {name}():\n    """{doc}"""\n{BODY}\n' for name, (doc, _) in REFUSED.items())
    twin = f'def twin():\n    """{REFUSED["say_twice"][0]}"""\n{BODY}\nclass Harbour_Gate: pass\nclass Harbour_Wall: pass\n'
    found, dropped = docs(snapshot_of(quay_Dpy=functions + twin))
    assert found == []
    assert dropped == {reason: 1 + (reason == "says the same as another doc") for _, reason in REFUSED.values()}


def test_first_sentences_are_prose() -> None:
    """As many as it takes to say something, without links, lists and tags."""
    short = "Sends parcels. It waits until rivers and lakes are frozen. Then it goes on to the next harbour with them."
    assert (
        first_sentences(short)
        == "Sends parcels. It waits until rivers and lakes are frozen. Then it goes on to the next harbour with them."
    )
    assert (
        first_sentences("Sends parcels home. See https://example.org/x for more. It waits for sailors.")
        == "Sends parcels home. It waits for sailors."
    )
    assert first_sentences("parcel " * 80).endswith("parcel")
    assert len(first_sentences("parcel " * 80)) <= 240
    assert first_sentences("----") == ""


GATE = """export class Gate {
  openSlowly(keys) {
    const closed = keys.filter((key) => !key.bent)
    const sailors = closed.map((key) => key.sailor)
    return sailors.sort()
  }
}
export function other() { return 1 }
export function another() { return 2 }
export function third() { return 3 }
"""
SPEC = """import { Gate, other, another, third } from '../src/gate'

describe('Gate', () => {
  it('should sort sailors whose closed keys are bent', () => {
    const gate = new Gate()
    gate.openSlowly([])
  })
  it(title, () => {
    const gate = new Gate()
    gate.openSlowly([])
  })
  it('wakes sleeping sailors behind northern walls', () => {
    new Gate().openSlowly([])
  })
  it('open slowly when keys of sailors are bent', () => {
    new Gate().openSlowly([])
  })
})
other()
"""


def test_a_title_asks_for_what_its_test_proves() -> None:
    """Where tests are calls with a title; the code of the subject must speak of what the title says."""
    snapshot = snapshot_of(src__gate_Djs=GATE, test__gate_Dtest_Djs=SPEC)
    tally = Tally()
    (question,) = ask_tests(snapshot, Scrubber(snapshot), "shop", tally)
    assert question.text == "Sort sailors whose closed keys are bent"
    assert [(each.path, each.spans) for each in question.relevant] == [("src/gate.js", ((2, 6),))]
    assert [(each.path, each.spans) for each in question.hidden] == [("test/gate.test.js", ((4, 7),))]
    assert tally.seen[Kind.TEST] == 5
    assert tally.dropped[Kind.TEST] == {
        "a test without a name in words": 2,
        "its subject's code speaks of other things": 1,
        "leaky: says the subject's name": 1,
    }


LIBRARY = """def count(parcels):
    waiting = [parcel for parcel in parcels if parcel.waiting]
    heavy = [parcel for parcel in waiting if parcel.heavy]
    return len(heavy)

class Frozen_Lake:
    pass

class Frozen_Bay:
    pass
"""
LIBRARY_TESTS = """from shop.scales import count
from tests.support import build

def test_heavy_waiting_parcels_count_once_1():
    assert count([]) == 0

def test_heavy():
    assert count([]) == 0

def test_scales_weigh_heavy_waiting_parcels():
    assert count([]) == 0

def test_count_of_heavy_waiting_parcels_of_Frozen_Lake_Frozen_Bay():
    assert count([]) == 0

def test_heavy_waiting_parcels_unknown(anything):
    anything.count()
    print()
"""


def test_tests_that_ask_nothing_are_counted() -> None:
    """Too short, leaky, or about nothing that is proven."""
    snapshot = snapshot_of(shop__scales_Dpy=LIBRARY, tests__test_scales_Dpy=LIBRARY_TESTS)
    tally = Tally()
    found = list(ask_tests(snapshot, Scrubber(snapshot), "shop", tally))
    assert found == []
    assert tally.seen[Kind.TEST] >= 4
    assert sum(tally.dropped[Kind.TEST].values()) == tally.seen[Kind.TEST]


SUPPORT = """def weigh(parcels):
    return len(parcels)

def carry(parcels):
    return parcels

def sell(parcels):
    return parcels
"""
SUPPORT_TESTS = """from examples.support import weigh as example_weigh
from shop.support import carry, sell, weigh

class TestSupport:
    def test_northern_harbour_gates_close_slowly(self):
        assert carry(sell(weigh([])))

class TestExamples:
    def test_weigh_northern_harbour_gates(self):
        assert example_weigh([])
"""


def test_subjects_are_few_and_of_the_repository_itself() -> None:
    """What calls everything is about nothing; examples answer nothing."""
    snapshot = snapshot_of(shop__support_Dpy=SUPPORT, examples__support_Dpy=SUPPORT, tests__test_support_Dpy=SUPPORT_TESTS)
    tally = Tally()
    assert list(ask_tests(snapshot, Scrubber(snapshot), "shop", tally)) == []
    assert tally.dropped[Kind.TEST] == {
        "no proven subject of its own (it calls many things, or none that its name or place says)": 1,
        "its subject is no code of the answer's kind (a test's support, an example, vendored)": 1,
    }
