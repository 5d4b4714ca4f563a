"""Asking on the command line: search, many searches, context, show and symbols."""

import json
import re
import time
from pathlib import Path

import pytest

from ingest.model import ViewStatus
from retrieval.answers import Hit, SearchAnswer, SearchRequest
from serve.cli import build_parser
from serve.cli_search import print_answer
from tests.ingest.repositories import new_repository, write
from tests.serve.commands import SHOP, Shell, hold_to_schema, program

SESSIONS = "class SessionStore:\n    def save_session(self, session):\n        self.stored[session.key] = session\n"


def test_search_json_is_one_object_of_the_documented_shape(codelore: Shell, shop: Path) -> None:
    answer = (done := codelore("search", "--json", "charge a credit card")).json("SearchResult")
    assert (done.code, done.err) == (0, "")
    assert answer["hits"][0]["path"] == "shop/payment.py"
    assert answer["hits"][0]["symbol"] == "charge_card"
    assert [hit["rank"] for hit in answer["hits"]] == list(range(1, len(answer["hits"]) + 1))
    assert answer["status"]["view"] == str(shop.resolve())
    assert answer["status"]["pending"] == 0
    assert answer["status"]["skipped"] == {"binary": 1}


def test_search_is_readable(codelore: Shell, shop: Path) -> None:
    """Place, symbol and kind in one line, numbered source below, and the truth on standard error."""
    done = codelore("search", "charge a credit card", "--limit", "1")
    assert done.code == 0
    head, *source = done.out.splitlines()
    assert "shop/payment.py:" in head
    assert "charge_card" in head
    assert "function" in head
    assert "4  def charge_card(card, amount):" in [line.strip() for line in source]
    assert "5 files, generation 1" in done.err
    assert "0 pending" in done.err
    assert "\x1b" not in done.out + done.err


def test_search_says_what_has_changed_since(codelore: Shell, shop: Path, home: Path) -> None:
    """Pending files are counted, not guessed."""
    extra = shop / "extra.py"
    extra.write_text("x = 1\n")
    try:
        assert codelore("search", "--json", "cart").json("SearchResult")["status"]["pending"] == 1
        assert codelore("status", "--json").json("StatusResult")["status"]["pending"] == 1
    finally:
        extra.unlink()


def test_finding_nothing_is_exit_code_1(codelore: Shell, shop: Path) -> None:
    done = codelore("search", "/no_such_text_anywhere/")
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("nothing found\n")
    assert codelore("search", "--json", "/no_such_text_anywhere/").json("SearchResult")["hits"] == []


@pytest.mark.parametrize(
    ("filters", "paths"),
    [
        (["--path", "shop/**", "--language", "python"], {"shop/cart.py", "shop/payment.py"}),
        (["--language", "ts"], {"shop/web.ts"}),
        (["--language", ".py", "--tests"], {"tests/test_cart.py"}),
        (["--kind", "class"], {"shop/cart.py"}),
        (["--no-tests", "--path", "tests/*"], set[str]()),
        (["--path", "*.md", "--path", "*.ts"], {"README.md", "shop/web.ts"}),
    ],
    ids=" ".join,
)
def test_filters_hold_together(codelore: Shell, shop: Path, filters: list[str], paths: set[str]) -> None:
    """Values of one filter widen it, filters narrow each other, and none that match is no answer."""
    done = codelore("search", "--json", "receipt cart total price card", *filters)
    assert {hit["path"] for hit in done.json("SearchResult")["hits"]} <= paths
    assert done.code == (0 if paths else 1)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["search", "x", "--kind", "banana"], "the kinds are module, "),
        (["search", "x", "--language", "banana"], "codelore languages lists them"),
        (["search", "/(/"], "not a regular expression"),
        (["search", "("], ""),
        (["search", "(", "--regex"], "not a regular expression"),
        (["search", " "], "the query is empty"),
        (["search"], "give either a QUERY or --queries FILE"),
        (["search", "x", "--queries", "y"], "give either a QUERY or --queries FILE"),
    ],
    ids=" ".join,
)
def test_a_query_that_cannot_be_understood_is_exit_code_2(codelore: Shell, shop: Path, arguments: list[str], said: str) -> None:
    done = codelore(*arguments)
    if not said:  # words that are no pattern are only words
        assert done.code == 1
        return
    assert done.code == 2
    assert said in done.err
    assert done.err.count("\n") == 1


@pytest.mark.parametrize("limit", ["0", "-1", "many", "²"])
def test_a_limit_is_a_whole_number(codelore: Shell, shop: Path, limit: str) -> None:
    done = codelore("search", "x", "--limit", limit)
    assert done.code == 2
    assert "is not a whole number of 1 or more" in done.err or "expected one argument" in done.err


def test_a_pattern_finds_lines(codelore: Shell, shop: Path) -> None:
    """``/…/`` and ``--regex`` mean the same."""
    written = codelore("search", "--json", "/def \\w+_price/").json("SearchResult")["hits"]
    flagged = codelore("search", "--json", "--regex", "def \\w+_price").json("SearchResult")["hits"]
    assert {hit["path"] for hit in written} == {"shop/cart.py", "tests/test_cart.py"}
    assert written == flagged


def test_a_pattern_shows_the_line_that_matches(codelore: Shell, tmp_path: Path) -> None:
    """With one line above it."""
    write(tmp_path / "tree", {"long.txt": "".join(f"line {at}\n" for at in range(1, 30))})
    assert codelore("index", str(tmp_path / "tree")).code == 0
    out = codelore("search", "-C", str(tmp_path / "tree"), "/^line 17$/").out
    assert [line.split()[-1] for line in out.splitlines()[1:3]] == ["16", "17"]


def test_explain_says_what_ranked_a_hit(shop: Path) -> None:
    """Signals with what they mean, all of what was added accounted for, and the weights that did it."""
    done = program("search", "charge_card", "--explain", "--limit", "1", folder=shop)
    told = re.findall(r"^ +([+-]\d+\.\d{3})  (.*)$", done.out, re.MULTILINE)
    listed = {row["name"]: row["about"] for row in json.loads(program("signals", "--json", folder=shop).out)["signals"]}
    *shown, rest = [re.split(r" {2,}", text, maxsplit=1) for _, text in told]
    assert 2 <= len(shown) <= 9
    assert all(listed[name] == about for name, about in shown)
    assert re.fullmatch(r"\d+ more", rest[0])
    assert re.search(r"^ranked by weights \w+, confidence [01]\.\d\d\nterms: ", done.err, re.MULTILINE)
    [hit] = program("search", "charge_card", "--json", "--limit", "1", folder=shop).json("SearchResult")["hits"]
    assert sum(float(value) for value, _ in told) == pytest.approx(sum(hit["signals"].values()), abs=0.01)
    plain = program("search", "charge_card", folder=shop)
    assert " more\n" not in plain.out
    assert "weights" not in plain.err


def test_explain_in_json_says_what_each_signal_means(shop: Path) -> None:
    answer = program("search", "--json", "--explain", "charge a credit card", folder=shop).json("SearchResult")
    assert set(answer["about"]) == {name for hit in answer["hits"] for name in hit["signals"]}
    assert all(answer["about"].values())
    assert set(answer["terms"]) == {"charg", "credit", "card"}
    assert sum(answer["terms"].values()) == pytest.approx(1, abs=0.001)
    listed = program("signals", "--json", folder=shop).json("SignalsResult")
    assert listed["model"] == answer["model"]
    assert set(answer["about"]) <= {each["name"] for each in listed["signals"]}
    assert program("search", "--json", "charge a credit card", folder=shop).json("SearchResult")["about"] == {}
    assert program("search", "--json", "charge a credit card", folder=shop).json("SearchResult")["terms"] == {}


def test_a_pattern_is_explained_and_sure(codelore: Shell, shop: Path) -> None:
    answer = codelore("search", "--json", "--explain", "/def /").json("SearchResult")
    assert (answer["confidence"], answer["relevant"], answer["model"]) == (1.0, True, "")
    assert set(answer["about"]) == {"matches", "likely"}


def test_signals_are_listed_with_their_weights(shop: Path) -> None:
    done = program("signals", folder=shop)
    assert done.code == 0
    assert re.search(r"^definition +[+-]\d+\.\d{3} +[+-]\d+\.\d{3}  it defines a name of the query$", done.out, re.MULTILINE)
    listed = json.loads(program("signals", "--json", folder=shop).out)["signals"]
    assert {each["of"] for each in listed} == {"term", "file", "neighbours", "transformer", "chunk", "place"}
    assert all((each["first"] is None) == (each["of"] != "file") for each in listed)
    assert any(each["confidence"] for each in listed)
    assert all(each["about"] for each in listed)
    assert len({each["name"] for each in listed}) == len(listed)


def test_files_hold_their_best_spans(shop: Path) -> None:
    """The same ranking, a file once, its spans in it; as text the path leads and its spans follow."""
    flat = program("search", "--json", "cart total price", folder=shop).json("SearchResult")
    nested = program("search", "--json", "--files", "cart total price", folder=shop).json("SearchResult")
    assert (flat["files"], nested["hits"]) == ([], [])
    assert [file["rank"] for file in nested["files"]] == list(range(1, len(nested["files"]) + 1))
    paths = [file["path"] for file in nested["files"]]
    assert paths == list(dict.fromkeys(paths))
    assert paths[0] == flat["hits"][0]["path"] == "shop/cart.py"
    for file in nested["files"]:
        assert 1 <= len(file["chunks"]) <= 3
        assert {chunk["path"] for chunk in file["chunks"]} == {file["path"]}
    done = program("search", "--files", "--explain", "cart total price", "--limit", "1", folder=shop)
    assert done.out.startswith("1. shop/cart.py  python  ")
    assert "\n   1-12  Cart  class\n" in done.out
    assert re.search(r"^ +\+\d\.\d{3}  \w+", done.out, re.MULTILINE)


def test_an_answer_says_when_nothing_seems_relevant(shop: Path) -> None:
    """The nearest are shown all the same; the statement is no part of the answer that a pipe carries."""
    asked = "documents in ingress"  # hardly a word of it is there
    answer = program("search", "--json", asked, folder=shop).json("SearchResult")
    done = program("search", asked, folder=shop)
    said = f"nothing here seems relevant (confidence {answer['confidence']:.2f}); the nearest:\n"
    assert (said in done.err) is (not answer["relevant"] and bool(answer["hits"]))
    assert said not in done.out
    assert done.code == (0 if answer["hits"] else 1)
    sure = program("search", "--json", "charge_card", folder=shop).json("SearchResult")
    assert sure["relevant"]
    assert 0.4 <= sure["confidence"] <= 1


@pytest.mark.parametrize(("confidence", "relevant"), [(0.0, False), (0.04, False), (0.4, True), (1.0, True), (None, None)])
def test_what_seems_relevant_is_a_bound_of_confidence(
    capsys: pytest.CaptureFixture[str], confidence: float | None, relevant: bool | None
) -> None:
    hit = Hit(1, 0.01, "a.py", 1, 1, "", "", "python", "x = 1", "shop", "/shop")
    answer = SearchAnswer((hit,), (ViewStatus("/shop", "shop", 1, 1.0),), confidence=confidence)
    assert answer.relevant is relevant
    typed = build_parser().parse_args(["search", "x"])
    print_answer(answer, typed, SearchRequest("x", "."))
    told = capsys.readouterr()
    assert told.out.startswith("1. a.py:1-1")
    assert told.err.startswith("nothing here seems relevant (confidence 0.0") is (relevant is False)


def test_a_ref_and_a_name_choose_the_view(codelore: Shell, shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert codelore("search", "--json", "--ref", "HEAD", "cart").json("SearchResult")["status"]["view"] == "HEAD"
    monkeypatch.chdir(tmp_path)
    for chosen in (["--repo", "shop"], ["--all-repos"], ["-C", str(shop)]):
        assert codelore("search", "--json", *chosen, "cart").json("SearchResult")["hits"]
    absent = codelore("search", "--repo", "nobody", "cart")
    assert absent.code == 3
    assert "no indexed repository is named nobody" in absent.err
    assert codelore("search", "--ref", "nowhere", "-C", str(shop), "cart").code == 3


def test_a_folder_that_was_never_indexed_is_scanned_and_indexed(home: Path, tmp_path: Path) -> None:
    """The first answer comes from the files and says so; soon after, one comes from the index that was made behind it."""
    root = new_repository(tmp_path / "shop", SHOP)
    first = program("search", "--json", "charge a credit card", folder=root / "shop")
    answer = first.json("SearchResult")
    assert first.code == 0
    assert any(hit["path"].endswith("payment.py") for hit in answer["hits"])
    assert answer["status"]["generation"] == 0
    assert f"an index of {root} is being made in process" in " ".join(answer["status"]["notes"])
    deadline = time.monotonic() + 60
    while (status := json.loads(program("search", "--json", "cart", folder=root).out)["status"])["generation"] == 0:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert status["view"] == str(root)
    assert "notes" not in first.err


def test_a_folder_that_is_not_there_is_said(codelore: Shell, tmp_path: Path) -> None:
    done = codelore("search", "-C", tmp_path / "nowhere", "cart")
    assert (done.code, done.out) == (3, "")
    assert done.err.count("\n") == 1


def test_many_queries_answer_a_line_each(codelore: Shell, shop: Path, tmp_path: Path) -> None:
    """Plain text and objects, empty lines passed over, a broken query in its place, and the latency of each."""
    lines = ["charge a card", "", '{"query": "cart total", "id": 7}', "/(/", '{"id": "no query"}', "{broken", '{"query": "x", "id": [1]}']
    queries = tmp_path / "queries.txt"
    queries.write_text("\n".join(lines))
    done = codelore("search", "--queries", queries, "--jsonl")
    answers = [json.loads(line) for line in done.out.splitlines()]
    for answer in answers:
        hold_to_schema(answer, "BatchResult")
    assert done.code == 2
    assert [answer["query"] for answer in answers] == ["charge a card", "cart total", "/(/", '{"id": "no query"}', "{broken", "x"]
    assert [answer["id"] for answer in answers] == [None, 7, None, None, None, None]
    assert [answer["error"] is None for answer in answers] == [True, True, False, False, False, False]
    assert all(answer["latency_ms"] > 0 for answer in answers[:2])
    assert answers[1]["status"]["pending"] == 0


def test_queries_come_from_standard_input(shop: Path) -> None:
    """``-`` is standard input, and a found answer is exit code 0."""
    done = program("search", "--queries", "-", "--jsonl", "--limit", "1", folder=shop, stdin="credit card\nreceipt\n")
    assert (done.code, done.err) == (0, "")
    assert [json.loads(line)["query"] for line in done.out.splitlines()] == ["credit card", "receipt"]


def test_many_queries_are_readable_too(codelore: Shell, shop: Path, tmp_path: Path) -> None:
    queries = tmp_path / "queries.txt"
    queries.write_bytes(b"charge a card\n/(/\ncaf\xe9\n")
    done = codelore("search", "--queries", queries)
    assert done.code == 2
    assert "=== charge a card  (" in done.out
    assert "=== caf\\xe9  (" in done.out
    assert "not a regular expression" in done.err


def test_a_missing_queries_file_is_said(codelore: Shell, shop: Path) -> None:
    done = codelore("search", "--queries", "nowhere.txt")
    assert done.code == 3
    assert done.err == "codelore search: cannot read the queries in nowhere.txt: No such file or directory; check the path\n"


def test_a_query_of_any_characters_is_answered(codelore: Shell, shop: Path, tmp_path: Path) -> None:
    """Lone surrogates, control characters and a very long query: an answer or a clear error, never a traceback."""
    queries = tmp_path / "queries.jsonl"
    queries.write_text(
        "\n".join(json.dumps({"query": text}) for text in ["\ud800", "\x00", "/\ud800/", "word " * 20_000, "🎉", "/a{99999999}/"])
    )
    done = codelore("search", "--queries", queries, "--jsonl")
    assert len(done.out.splitlines()) == 6
    assert json.loads(done.out.splitlines()[0])["query"] == "\\ud800"


def test_context_fits_the_budget(codelore: Shell, shop: Path) -> None:
    done = codelore("context", "how is a card charged", "--budget", "120", "--json")
    pack = done.json("ContextResult")
    assert done.code == 0
    assert pack["tokens"] <= pack["budget"] == 120
    assert sum(item["tokens"] for item in pack["items"]) == pack["tokens"]
    readable = codelore("context", "how is a card charged", "--budget", "120")
    assert "shop/payment.py:" in readable.out
    assert "of 120 tokens" in readable.err
    assert codelore("context", "x", "--budget", "0").code == 2


def test_show_prints_lines_as_indexed(codelore: Shell, shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert codelore("show", "shop/payment.py:4-4").out == "def charge_card(card, amount):\n"
    assert codelore("show", "shop/payment.py:4").out == "def charge_card(card, amount):\n"
    assert codelore("show", "shop/payment.py:4-999", "--json").json("SpanResult")["end_line"] == 6
    assert codelore("show", "shop/payment.py", "--ref", "HEAD").out == (shop / "shop/payment.py").read_text()
    monkeypatch.chdir(shop / "shop")
    assert codelore("show", "payment.py:4").out == "def charge_card(card, amount):\n"


@pytest.mark.parametrize(
    ("span", "code", "said"),
    [
        ("nowhere.py", 1, "nowhere.py is not in the index of"),
        ("logo.png", 1, "codelore status"),
        ("shop/cart.py:500", 1, "has 12 lines"),
        ("shop/cart.py:0", 2, "names no lines"),
        ("shop/cart.py:5-2", 2, "names no lines"),
        ("", 2, "the path is empty"),
    ],
)
def test_show_of_what_is_not_there(codelore: Shell, shop: Path, span: str, code: int, said: str) -> None:
    done = codelore("show", span)
    assert (done.code, done.out) == (code, "")
    assert said in done.err
    assert done.err.count("\n") == 1


def test_symbols_by_name(codelore: Shell, shop: Path) -> None:
    found = codelore("symbols", "*cart*", "--json").json("SymbolsResult")
    assert ("Cart", "class", "shop/cart.py") in {(row["name"], row["kind"], row["path"]) for row in found["symbols"]}
    done = codelore("symbols", "*", "--limit", "1", "--kind", "method")
    assert "shop/cart.py:" in done.out
    assert "2 found, 1 more with a larger --limit" in done.err
    assert codelore("symbols", "nobody").code == 1


def test_a_question_about_structure_is_answered_from_the_graph(codelore: Shell, shop: Path) -> None:
    """Before the hits, with how sure it is; in JSON beside them. Without a graph it says so."""
    done = codelore("search", "who calls total_price")
    assert done.code == 0
    assert done.out.startswith("callers of total_price  not asked\n")
    assert "has not been built" in done.out
    assert codelore("index", str(shop)).code == 0
    head, row, *rest = codelore("search", "who calls total_price").out.splitlines()
    assert head == "callers of total_price  from the graph: proven, 1 found"
    assert row == "   tests/test_cart.py:5  test_total_price calls  proven  assert Cart().total_price() == 0"
    assert "1. " in "\n".join(rest)
    answer = codelore("search", "--json", "who calls total_price").json("SearchResult")
    assert answer["structure"][0]["rows"][0]["symbol"] == "test_total_price"
    assert answer["structure"][0]["targets"][0]["handle"] == "shop/cart.py#Cart.total_price"
    assert codelore("search", "--json", "total price").json("SearchResult")["structure"] == []


def test_many_questions_may_be_about_structure_too(codelore: Shell, shop: Path, tmp_path: Path) -> None:
    codelore("index", str(shop))
    queries = tmp_path / "queries"
    queries.write_text("who calls total_price\ncart\n")
    first, second = (json.loads(line) for line in codelore("search", "--queries", str(queries), "--jsonl").out.splitlines())
    assert [len(each["structure"]) for each in (first, second)] == [1, 0]
    hold_to_schema(first, "BatchResult")


def test_a_question_can_be_asked_from_a_place(codelore: Shell, shop: Path, tmp_path: Path) -> None:
    """The file itself is left out; one query of many has a place of its own; what is no place is an error."""
    codelore("index", str(shop))
    asked = ("search", "total price", "--at", "tests/test_cart.py:5", "--limit", "1")
    assert codelore(*asked, "--json").json("SearchResult")["hits"][0]["path"] == "shop/cart.py"
    assert "place." in codelore(*asked, "--explain").out
    queries = tmp_path / "queries"
    rows = [{"query": "total price", "at": "shop/cart.py"}, {"query": "total price"}, {"query": "x", "at": 3}]
    queries.write_text("".join(json.dumps(row) + "\n" for row in rows))
    placed, plain, broken = (json.loads(line) for line in codelore("search", "--queries", str(queries), "--jsonl").out.splitlines())
    assert "shop/cart.py" not in {hit["path"] for hit in placed["hits"]}
    assert "shop/cart.py" in {hit["path"] for hit in plain["hits"]}
    assert broken["error"] == 'the "at" is no text such as PATH:LINE'
    done = codelore("search", "total price", "--at", "shop/gone.py")
    assert done.code == 2
    assert "shop/gone.py is not in the index" in done.err
    assert codelore("context", "total price", "--at", "tests/test_cart.py:5", "--json").json("ContextResult")["items"]


def test_copies_and_parts_are_shown(home: Path, tmp_path: Path) -> None:
    """A copy is one line below its hit, and several questions are numbered as their hits name them."""
    body = "".join(f"    total_{at} = ledger.balance(account_{at}, currency)\n" for at in range(8))
    tree = {f"v{at}/refund.py": f"def refund_order(ledger, currency):\n{body}" for at in range(3)}
    root = new_repository(tmp_path / "shop", tree | {"sessions.py": SESSIONS})
    assert program("index", "--no-graph", folder=root).code == 0
    out = program("search", "refund order ledger", "--limit", "1", folder=root).out
    assert re.findall(r"^ +copy: (.*)$", out, re.MULTILINE) == ["v1/refund.py:1-9", "v2/refund.py:1-9"]
    [hit] = program("search", "--json", "refund order ledger", "--limit", "1", folder=root).json("SearchResult")["hits"]
    assert [each["path"] for each in hit["siblings"]] == ["v1/refund.py", "v2/refund.py"]
    asked = "how is an order refunded? where are sessions stored?"
    out = program("search", asked, folder=root).out
    assert out.startswith("(1) how is an order refunded?\n(2) where are sessions stored?\n\n1. v0/refund.py:1-9  ")
    assert re.search(r"^2\. sessions\.py:.*\(2\)$|^2\. sessions\.py:.*\(1, 2\)$", out, re.MULTILINE)
    answer = program("search", "--json", asked, folder=root).json("SearchResult")
    assert (len(answer["parts"]), answer["hits"][0]["parts"][0]) == (2, 1)
    files = program("search", "--json", "--files", asked, folder=root).json("SearchResult")["files"]
    assert [file["parts"][0] for file in files[:2]] == [1, 2]
