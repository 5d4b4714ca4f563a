"""Frames lead to the chunks of indexed files that hold their lines."""

from __future__ import annotations

import pytest

from retrieval.query import parse_query
from retrieval.snapshot import Snapshot
from retrieval.understanding.frames import Frame
from retrieval.understanding.resolved_frames import DECAY, MAX_PLACES, frame_chunks
from tests.retrieval.snapshots import snapshot_of

LONG = "\n".join(f"def step_{at}(order):\n" + "".join(f"    order.add({at}, {line})\n" for line in range(19)) for at in range(12))
FILES = [
    ("src/shop/cart.py", LONG),
    ("src/shop/app.py", "from shop.cart import step_3\n\n\ndef main():\n    step_3(1)\n"),
    ("main.py", "def start():\n    pass\n"),
    ("com/shop/Cart.java", "class Cart {\n  void total() {\n    run();\n  }\n}\n"),
    ("com/other/Cart.java", "class Cart {\n  void total() {\n    run();\n  }\n}\n"),
    *((f"web/{name}/index.js", "module.exports = 1\n") for name in "abcdefghijkl"),
]
SNAPSHOT = snapshot_of(FILES[:2], FILES[2:])


def places(snapshot: Snapshot, *frames: Frame) -> list[tuple[str, str, float]]:
    """Return (path, functions whose lines the chunk holds, weight)."""
    found: list[tuple[str, str, float]] = []
    for chunk, weight in frame_chunks(frames, snapshot).items():
        segment, number = snapshot.locate(chunk)
        steps = range(int(segment.start_line[number] - 1) // 20, int(segment.end_line[number]) // 20)
        path = snapshot.name(int(snapshot.chunk_document[chunk]))[0]
        found.append((path, " ".join(f"step_{at}" for at in steps) if path.endswith("shop/cart.py") else segment.symbol(number), weight))
    return found


def line_of(step: int) -> int:
    return 20 * step + 2


@pytest.mark.parametrize(
    "path", ["src/shop/cart.py", "/home/me/src/shop/cart.py", "shop/cart.py", "cart.py", "./src/shop/cart.py", "C:\\x\\src\\shop\\cart.py"]
)
def test_a_path_means_the_file_that_ends_as_it_does(path: str) -> None:
    """Absolute, relative, from a folder below, or a file name alone; the chunk is the one that holds the line."""
    [(found, symbol, weight)] = places(SNAPSHOT, Frame(path, line_of(3), "step_3"))
    assert (found, weight) == ("src/shop/cart.py", 1.0)
    assert "step_3" in symbol


def test_an_installed_copy_counts_half_where_its_folders_differ() -> None:
    """It may be of another version; the code of others is nobody's."""
    [(found, _, weight)] = places(SNAPSHOT, Frame("/usr/lib/python3.11/site-packages/shop/cart.py", line_of(3), "step_3"))
    assert (found, weight) == ("src/shop/cart.py", 0.5)
    assert places(SNAPSHOT, Frame("/usr/lib/python3.11/main.py", 1, "start")) == []
    assert places(SNAPSHOT, Frame("lib/other/cart.py", 1, "start")) == []


def test_a_lone_file_name_under_foreign_folders_counts_half() -> None:
    assert places(SNAPSHOT, Frame("/home/me/work/main.py", 1, "start")) == [("main.py", "start", 0.5)]


def test_a_function_that_stands_elsewhere_in_the_file_is_found_there_too() -> None:
    """The file has changed since: the function leads, the line follows."""
    (_, there, less), (_, here, most) = places(SNAPSHOT, Frame("src/shop/cart.py", line_of(3), "step_9"))
    assert "step_3" in there
    assert "step_9" in here
    assert (less, most) == (0.5, 1.0)


def test_a_line_behind_the_end_leads_to_the_function_alone() -> None:
    [(_, symbol, weight)] = places(SNAPSHOT, Frame("shop/cart.py", 5000, "step_9"))
    assert "step_9" in symbol
    assert weight == 1.0
    assert places(SNAPSHOT, Frame("shop/cart.py", 5000)) == []


def test_frames_of_other_code_cost_those_behind_them_nothing() -> None:
    """The innermost frame of the view's own code weighs 1, each further one less."""
    frames = [Frame("/usr/lib/python3/json.py", 3, "loads"), Frame("src/shop/cart.py", line_of(3)), Frame("src/shop/app.py", 5, "main")]
    assert [weight for _, _, weight in places(SNAPSHOT, *frames)] == [1.0, DECAY]


def test_of_several_files_the_function_tells_which() -> None:
    """By the folders that its package names; else all of them share the weight."""
    assert [path for path, _, _ in places(SNAPSHOT, Frame("Cart.java", 3, "com.other.Cart.total"))] == ["com/other/Cart.java"]
    both = places(SNAPSHOT, Frame("Cart.java", 3, "total"))
    assert [(path, weight) for path, _, weight in both] == [("com/shop/Cart.java", 0.5), ("com/other/Cart.java", 0.5)]


def test_a_name_that_many_files_bear_says_nothing() -> None:
    assert sum(path.endswith("index.js") for path, _ in FILES) > MAX_PLACES
    assert places(SNAPSHOT, Frame("index.js", 1)) == []
    assert places(SNAPSHOT, Frame("b/index.js", 1)) == [("web/b/index.js", "", 1.0)]


@pytest.mark.parametrize("path", ["", "/", "..", "~/", "no/such.py", "\udcff.py", "art.py"])
def test_what_names_no_file_leads_nowhere(path: str) -> None:
    assert places(SNAPSHOT, Frame(path, 1)) == []


def test_files_the_view_does_not_show_are_not_meant() -> None:
    hidden = snapshot_of(FILES[:2], hidden=["src/shop/cart.py"])
    assert places(hidden, Frame("src/shop/cart.py", 1)) == []
    assert len(places(hidden, Frame("src/shop/app.py", 5))) == 1


@pytest.mark.parametrize("function", ["<lambda>", "<listcomp>", "main.func1", "lambda$0", "{{closure}}", "step_3::h0123456789abcdef"])
def test_names_that_compilers_invent_are_no_functions(function: str) -> None:
    """The line alone tells."""
    [(_, symbol, weight)] = places(SNAPSHOT, Frame("src/shop/cart.py", line_of(3), function))
    assert "step_3" in symbol
    assert weight == 1.0


def test_a_pasted_trace_leads_to_the_code_it_names() -> None:
    """From text to chunk."""
    query = parse_query(
        'Traceback (most recent call last):\n  File "/srv/src/shop/app.py", line 5, in main\n    step_3(1)\nTypeError: no order'
    )
    assert places(SNAPSHOT, *query.frames) == [("src/shop/app.py", "main", 1.0)]
