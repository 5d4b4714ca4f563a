"""Candidates and what stands in them: arrays that say what plain loops say."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.analyze import analyze
from ingest.model import SymbolKind
from retrieval.embed import hash_terms
from retrieval.lexical import LexicalScorer, QueryTerm, TermMatches
from retrieval.names import name_key, name_roots
from retrieval.query import parse_query
from retrieval.ranking.asking import area_roots
from retrieval.ranking.candidates import (
    BEST_OF_EACH,
    BEST_OF_SUM,
    MAX_PAIRS,
    Scored,
    best_places,
    find_candidates,
    find_candidates_among,
    find_definitions,
    find_pairs,
    pair_scores,
    scaled,
)
from retrieval.ranking.definitions import Definitions
from retrieval.ranking.near import NEAR_SIGNALS, Near
from retrieval.ranking.pool import BEST, Pool, gather_pool, match_pool
from retrieval.ranking.rank import RankedChunk, Ranking, by_file
from retrieval.segment import F32, FIELD_BITS, Field
from tests.retrieval.ranking.trees import SHOP, paths_of, scene_of, trees
from tests.retrieval.snapshots import Files, everything, snapshot_of

TYPES = {SymbolKind.CLASS, SymbolKind.INTERFACE, SymbolKind.TRAIT, SymbolKind.STRUCT, SymbolKind.ENUM, SymbolKind.TYPE}
ROWS = st.lists(st.tuples(st.sampled_from([0.0, 1.0, 2.0, 5.0]), st.sampled_from([0.0, 1.0, 3.0])), min_size=1, max_size=40)


@given(
    st.lists(st.tuples(st.sampled_from([0.0, 1.0, 2.0, 5.0]), st.sampled_from([0.0, 1.0, 3.0])), min_size=1, max_size=40),
    st.integers(1, 10),
)
def test_the_best_places_are_all_that_score_as_much_as_the_last(rows: list[tuple[float, float]], count: int) -> None:
    """Of those that tie with the last by one score the best by another; all that tie by both."""
    scores, others = (np.array(column, np.float32) for column in zip(*rows, strict=True))
    found = sorted(best_places(scores, count, others).tolist())
    positive = sorted((row for row in rows if row[0] > 0), reverse=True)
    last = positive[min(count, len(positive)) - 1] if positive else (9.0, 9.0)
    assert found == [at for at, row in enumerate(rows) if row[0] > 0 and row >= last]


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([4_096, 5_000, 9_999]), st.integers(1, 100), st.sampled_from([1, 3, 1_000]))
def test_the_best_of_many_are_found_without_a_look_at_each(seed: int, size: int, count: int, kinds: int) -> None:
    random = np.random.default_rng(seed)
    scores = np.where(random.random(size) < 0.3, random.integers(0, kinds, size), 0).astype(np.float32)
    others = random.integers(0, 3, size).astype(np.float32)
    found = sorted(best_places(scores, count, others).tolist())
    ordered = sorted((pair for pair in zip(scores.tolist(), others.tolist(), strict=True) if pair[0] > 0), reverse=True)
    last = ordered[min(count, len(ordered)) - 1] if ordered else (9.0, 9.0)
    assert found == [at for at, pair in enumerate(zip(scores.tolist(), others.tolist(), strict=True)) if pair[0] > 0 and pair >= last]


@given(st.lists(st.tuples(st.sets(st.integers(0, 30)), st.floats(0.5, 4, width=32)), max_size=4), st.data())
def test_scores_of_some_are_those_of_all(told: list[tuple[set[int], float]], data: st.DataObject) -> None:
    """Added up place by place; chosen among, and narrowed to some documents, as an array of all of them is."""
    places = [np.array(sorted(each), np.int64) for each, _ in told]
    some = Scored.total(places, [np.full(len(each), value, np.float32) for each, (_, value) in zip(places, told, strict=True)])
    every = np.zeros(31, np.float32)
    for own, (_, value) in zip(places, told, strict=True):
        every[own] += np.float32(value)
    assert some.at(np.arange(31)).tolist() == pytest.approx(every.tolist())
    every = some.at(np.arange(31))
    other = np.arange(31, dtype=np.float32)
    one, two = (find_candidates(other, 0.1, [(signal, 1.0)]) for signal in (some, every))
    assert one.documents.tolist() == two.documents.tolist()
    assert one.sure.tolist() == two.sure.tolist()
    assert one.total.tolist() == two.total.tolist()
    wanted = np.array(sorted(data.draw(st.sets(st.integers(0, 30)))), np.int64)
    inside = np.zeros(31, np.bool_)
    inside[wanted] = inside[some.places] = True
    found = find_candidates_among(wanted, other, 0.1, [(some, 1.0), (other, 0.5)])
    alone = find_candidates(np.where(inside, other, 0), 0.1, [(some, 1.0), (np.where(inside, other, 0), 0.5)])
    assert found.documents.tolist() == alone.documents.tolist()
    assert found.total.tolist() == pytest.approx(alone.total.tolist())
    assert find_candidates_among(None, other, 0.1, [(some, 1.0)]).documents.tolist() == one.documents.tolist()
    assert some.at(wanted).tolist() == every[wanted].tolist()


def test_a_share_of_nothing_is_nothing() -> None:
    assert scaled(np.array([1, 4], np.float32)).tolist() == [0.25, 1]
    assert scaled(np.zeros(2, np.float32)).tolist() == [0, 0]
    assert scaled(np.zeros(0, np.float32)).tolist() == []


def test_candidates_are_the_best_of_each_signal_and_of_the_sum() -> None:
    """What one signal alone has in front stays in, whatever the others say."""
    size = 300
    many, one = np.linspace(1, 2, size, dtype=np.float32), np.zeros(size, np.float32)
    one[3] = 0.001
    nothing = np.zeros(size, np.float32)

    def chosen(chunk: F32, *signals: tuple[F32, float]) -> list[int]:
        found = find_candidates(chunk, 1.0, signals)
        kept = found.keep(np.ones(len(found.documents), np.bool_))
        return found.documents[kept.choose(chunk[found.documents], 1.0)].tolist()

    assert chosen(nothing, (many, 1.0), (one, 0.0)) == [3, *range(size - BEST_OF_SUM, size)]
    assert chosen(nothing, (one, 0.0)) == [3]
    assert len(chosen(nothing, (many, 0.0))) == BEST_OF_EACH
    assert chosen(many) == list(range(size - BEST_OF_SUM, size))


def test_a_document_is_chosen_by_its_best_chunk_and_not_by_what_that_scores_at_most() -> None:
    """Twice as many are looked at as are wanted; of these the best by what their best chunks do score."""
    at_most = np.linspace(1, 2, 300, dtype=np.float32)
    found = find_candidates(at_most, 1.0, [])
    assert found.documents.tolist() == list(range(300 - 2 * BEST_OF_SUM, 300))
    known = at_most[found.documents][::-1].copy()
    assert found.documents[found.choose(known, 1.0)].tolist() == found.documents[:BEST_OF_SUM].tolist()


def places(data: st.DataObject) -> tuple[Pool, list[list[int]]]:
    """A pool of files with some chunks each, numbered with gaps as filters leave them."""
    sizes = data.draw(st.lists(st.integers(1, 8), max_size=6))
    row = np.repeat(np.arange(len(sizes)), sizes)
    gaps = data.draw(st.lists(st.integers(1, 3), min_size=len(row), max_size=len(row)))
    pool = Pool(np.arange(len(sizes)), row, np.cumsum(np.array(gaps, np.int64)))
    return pool, [np.flatnonzero(row == at).tolist() for at in range(len(sizes))]


@given(st.data())
def test_the_best_and_the_sum_of_the_best_of_each_file(data: st.DataObject) -> None:
    """Each of the five best counts .6 of the one before; a file with nothing has 0."""
    pool, inside = places(data)
    values = data.draw(st.lists(st.floats(0, 100, width=32), min_size=len(pool.row), max_size=len(pool.row)))
    given_values = np.array(values, np.float32)
    best, total = pool.best(given_values), pool.sum_of_best(given_values, pool.row)
    assert best.dtype == total.dtype == np.float32
    assert len(best) == len(total) == len(inside)
    for at, own in enumerate(inside):
        ordered = sorted((values[place] for place in own), reverse=True)[:BEST]
        assert best[at] == pytest.approx(ordered[0])
        assert total[at] == pytest.approx(sum(value * 0.6**number for number, value in enumerate(ordered)), rel=1e-5)


@given(st.data())
def test_terms_are_found_in_the_chunks_of_a_pool_alone(data: st.DataObject) -> None:
    """Bisection finds what looking at every posting does."""
    pool, _ = places(data)
    end = int(pool.chunk[-1]) + 3 if len(pool.chunk) else 5
    terms: list[TermMatches] = []
    for number in range(data.draw(st.integers(0, 3))):
        chunks = sorted(data.draw(st.sets(st.integers(0, end))))
        weights = data.draw(st.lists(st.integers(1, (1 << 16) - 1), min_size=len(chunks), max_size=len(chunks)))
        terms.append(TermMatches(QueryTerm(str(number), number, 1.0), 1.0, np.array(chunks, np.uint32), np.array(weights, np.uint16)))
    found = match_pool(pool, terms)
    at = {chunk: place for place, chunk in enumerate(pool.chunk.tolist())}
    expected = [
        (number, at[chunk], weight)
        for number, each in enumerate(terms)
        for chunk, weight in zip(each.chunk.tolist(), each.weight.tolist(), strict=True)
        if chunk in at
    ]
    assert list(zip(found.term.tolist(), found.place.tolist(), found.weight.tolist(), strict=True)) == expected
    for field in Field:
        counts = [weight >> field & ((1 << FIELD_BITS[field]) - 1) for _, _, weight in expected]
        assert found.field(field).tolist() == counts


@settings(max_examples=60, deadline=None)
@given(trees, st.data())
def test_a_pool_has_the_chunks_that_may_answer(files: Files, data: st.DataObject) -> None:
    snapshot = snapshot_of(files)
    allowed = np.array(data.draw(st.lists(st.booleans(), min_size=snapshot.chunks, max_size=snapshot.chunks)), np.bool_)
    wanted = data.draw(st.sets(st.integers(0, len(files) - 1))) if files else set[int]()
    pool = gather_pool(snapshot, np.array(sorted(wanted), np.int64), allowed)
    document = snapshot.chunk_document.tolist()
    chunks = [chunk for chunk in range(snapshot.chunks) if allowed[chunk] and document[chunk] in wanted]
    assert pool.chunk.tolist() == chunks
    assert pool.files.tolist() == sorted({document[chunk] for chunk in chunks})
    assert pool.files[pool.row].tolist() == [document[chunk] for chunk in chunks]


@settings(max_examples=60, deadline=None)
@given(trees, st.sampled_from(["refund order", "cart total router", "Router", "template_tags serve", "zzz"]))
def test_what_a_name_has_of_a_query_is_what_its_roots_say(files: Files, text: str) -> None:
    """Shares of the query and of the name, of every definition, as loops over names count them."""
    scene = scene_of(text, files)
    if not scene.files:
        return
    weights = {root: float(at + 1) for at, root in enumerate(dict.fromkeys(name_roots(text)))}
    own = Definitions(scene.snapshot, scene.pool, weights, parse_query(text).identifiers)
    names = names_by_key(files)
    at = 0
    for place, chunk in enumerate(scene.pool.chunk.tolist()):
        segment, number = scene.snapshot.locate(chunk)
        first, last = int(segment.defined_start[number]), int(segment.defined_start[number + 1])
        for defined in range(first, last):
            name = names[int(segment.defined_name[defined])]
            roots = name_roots(name)
            asked = min(sum(weights.get(each, 0) for each in roots) / sum(weights.values()), 1)
            covered = sum(each in weights for each in roots) / max(len(roots), 1)
            assert own.place[at] == place
            assert own.asked[at] == pytest.approx(asked, abs=1e-5)
            assert own.likeness[at] == pytest.approx(asked * covered, abs=1e-5)
            assert own.whole[at] == pytest.approx(asked if covered == 1 and len(roots) > 1 else 0, abs=1e-5)
            assert bool(own.is_type[at]) == (list(SymbolKind)[int(segment.defined_kind[defined])] in TYPES)
            at += 1
    assert at == len(own.place)
    for file in range(scene.files):
        inside = own.row == file
        assert own.of_files(own.asked)[file] == pytest.approx(own.asked[inside].max(initial=0))


def names_by_key(files: Files) -> dict[int, str]:
    """Every name that these files define, by its key."""
    return {name_key(symbol.name): symbol.name for path, text in files for symbol in analyze(path, text.encode())[0].symbols}


def test_no_root_asked_for_is_met_by_no_name() -> None:
    scene = scene_of("cart")
    own = Definitions(scene.snapshot, scene.pool, {}, [])
    assert not own.asked.any()
    assert not own.named.any()
    assert not own.whole.any()


def test_definitions_score_by_rarity_and_add_up() -> None:
    """A name that two files define counts less; a chunk that defines two names of the query has both."""
    snapshot = snapshot_of(SHOP)
    scorer = LexicalScorer(snapshot)
    allowed = everything(snapshot)
    query = parse_query("`Cart` `total` `refund_order`")
    found = find_definitions(scorer, snapshot, query, allowed)
    by_path = {
        snapshot.name(int(snapshot.chunk_document[chunk]))[0]: float(score) for chunk, score in zip(found.places, found.values, strict=True)
    }
    assert by_path["shop/cart.py"] == 2
    assert by_path["shop/refund_order.py"] == by_path["vendor/lib/refund.py"] == pytest.approx(1 / (1 + np.log(2)))
    assert found.at(np.arange(snapshot.chunks))[found.places].tolist() == found.values.tolist()
    none = find_definitions(scorer, snapshot, parse_query("`Cart`"), np.zeros_like(allowed))
    assert len(none.places) == 0
    assert none.at(np.arange(2)).tolist() == [0, 0]
    assert len(find_definitions(scorer, snapshot, parse_query("`Cart`"), snapshot.live).places) == 1


def test_neighbouring_words_are_looked_for_as_one_identifier() -> None:
    """Both as written and stemmed; never a word with itself, and a bounded number of them."""
    snapshot = snapshot_of(SHOP)
    scorer, allowed = LexicalScorer(snapshot), everything(snapshot)

    def pairs(text: str) -> list[TermMatches]:
        query = parse_query(text)
        return find_pairs(scorer, snapshot, query, allowed, scorer.score(query.terms, allowed).weights)

    found = pairs("template tags of template tags")
    assert {each.term.text for each in found} <= {"templatetags", "templatetag"}
    scores = pair_scores(snapshot, found)
    assert snapshot.name(int(scores.places[scores.values.argmax()]))[0] == "shop/templatetags.py"
    assert pairs("tags tags") == []
    long = " ".join(f"refund{'abcdefghij'[at % 10]}{'abcdefghij'[at // 10]} order" for at in range(90))
    assert len(pairs(long)) <= 2 * MAX_PAIRS + 1
    assert hash_terms(["templatetags"])[0] in [each.term.key for each in found]


def test_the_best_of_documents_are_of_the_chunks_that_were_touched() -> None:
    snapshot = snapshot_of([("a.md", "# One\n\nfirst\n\n# Two\n\nsecond\n"), ("b.md", "# Three\n\nthird\n")])
    scores = np.arange(1, snapshot.chunks + 1, dtype=np.float32)
    best = Scored(np.arange(snapshot.chunks), scores).of_documents(snapshot)
    for document in range(2):
        assert best.values[document] == scores[snapshot.chunk_document == document].max()
    nothing = Scored(np.zeros(0, np.int64), np.zeros(0, np.float32)).of_documents(snapshot)
    assert len(nothing.places) == len(nothing.values) == 0


@pytest.mark.parametrize(
    ("title", "roots"),
    [
        ("net/http: close the body", {"net", "http"}),
        ("fix(router): serve it", {"rout"}),
        ("feat(web)!: render", {"web"}),
        ("[api] add a route", {"api"}),
        ("router serves: twice", {"rout", "serv"}),
        ("fix: serve it", set[str]()),
        ("chore: tidy", set[str]()),
        ("refactor: split", set[str]()),
        ("feature: pages", set[str]()),
        ("style: spaces", set[str]()),
        ("where is the router", set[str]()),
        ("why: because of many words in front: no", {"why"}),
        ("", set[str]()),
    ],
)
def test_the_area_of_a_change_is_what_its_title_names_first(title: str, roots: set[str]) -> None:
    """What kind of change it is, is no area."""
    assert area_roots(title) == roots


def test_neighbours_by_folder_and_by_name_have_the_mass_of_the_others() -> None:
    """A test is the twin of what it tests; a file is no neighbour of itself."""
    paths = ["shop/cart.py", "shop/mail.py", "tests/test_cart.py", "web/page.ts"]
    near = Near(np.array([2.0, 1.0, 0.0, -1.0], np.float32), paths, None)
    mass = np.exp([2.0, 1.0, 0.0, -1.0]) / np.exp([2.0, 1.0, 0.0, -1.0]).sum()
    by_folder: defaultdict[str, float] = defaultdict(float)
    for path, own in zip(paths, mass, strict=True):
        by_folder[path.partition("/")[0]] += own
    values = {each.name: each.values(near) for each in NEAR_SIGNALS}
    expected = [by_folder[path.partition("/")[0]] - own for path, own in zip(paths, mass, strict=True)]
    assert values["folder"] == pytest.approx(np.array(expected), abs=1e-6)
    assert values["twin"] == pytest.approx(np.array([mass[2], 0, mass[0], 0]), abs=1e-6)
    assert not any(found.any() for name, found in values.items() if name.startswith("graph "))


def test_chunks_that_were_not_ranked_by_signals_keep_their_order() -> None:
    """As those of a pattern: the files in the order in which they first come, and nothing is surer than a match."""
    chunks = [RankedChunk(5, 2, 0.9), RankedChunk(1, 0, 0.8), RankedChunk(6, 2, 0.7)]
    found = by_file(chunks)
    assert [(file.document, file.score, [each.chunk for each in file.chunks]) for file in found.files] == [(2, 0.9, [5, 6]), (0, 0.8, [1])]
    assert list(found.flat) == chunks
    assert found.confidence == 1
    assert by_file([]) == Ranking()


def test_a_scene_without_files_has_no_lines() -> None:
    scene = scene_of("😀")
    assert paths_of(scene) == []
    assert scene.lines(np.zeros(0, np.int64)).tolist() == []
