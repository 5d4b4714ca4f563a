"""The picture of a graph, opened in a real browser."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from graph.answers import Cap, ReachAnswer
from graph.model import Edge, EdgeKind, Evidence, FileGraph, Handle, Node
from graph.picture import picture
from graph.structure import module_scope
from ingest.model import ViewStatus
from serve.graph_page import page
from tests.graph.memory_store import VIEW, view_of
from tests.serve.browser import Browser, browser

STATUS = ViewStatus("/work/shop", "shop", 3, 0.0)
LEVELS = {"python": "resolved", "lua": "symbols only"}
GRAPH = """
shop/web.py#checkout calls shop/cart.py#Cart.total by type
shop/admin.py#report calls? shop/cart.py#Cart.total by union at shop/admin.py:7
shop/admin.py#report calls? shop/gift.py#Gift.total by union at shop/admin.py:7
shop/cart.py#Cart.total calls shop/money.py#add
shop/cart.py#Cart.total calls> external:decimal#Decimal
shop/cart.py#Cart.total calls! unknown:rounded
shop/money.py#add calls shop/money.py#check
"""


def drawn(text: str, name: str, *, depth: int = 1, nodes: int = 120) -> ReachAnswer:
    graph = view_of(text)
    return picture(graph, module_scope(graph, name), evidence=list(Evidence), depth=depth, nodes=nodes)


def embedded(html: str) -> dict[str, object]:
    """What the page's script reads."""
    match = re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.DOTALL)
    assert match
    return json.loads(match[1])


def test_the_page_refers_to_nothing_outside() -> None:
    """No address, no source, no import; the policy allows the page's own style and script by their hashes."""
    html = page(drawn(GRAPH, "Cart.total"), "Cart.total", STATUS, LEVELS)
    assert "default-src 'none'" in html
    assert re.findall(r"(?:src|href)\s*=|@import|url\((?!#)", html.replace("url(#arrow-${", "")) == []
    assert set(re.findall(r"https?://[^\"'\s]+", html)) <= {"http://www.w3.org/2000/svg"}
    assert "{{" not in html.replace("{{ ", "")


def test_users_stand_left_and_what_is_used_right() -> None:
    data = embedded(page(drawn(GRAPH, "Cart.total"), "x", STATUS, LEVELS))
    nodes: dict[str, dict[str, int]] = {node["handle"]: node for node in data["nodes"]}  # type: ignore[union-attr,index,attr-defined]
    middle = nodes["shop/cart.py#Cart.total"]["x"]
    assert nodes["shop/web.py#checkout"]["x"] < middle < nodes["shop/money.py#add"]["x"]
    assert len({(node["x"], node["y"]) for node in nodes.values()}) == len(nodes)


def test_a_picture_that_is_cut_says_so() -> None:
    many = "\n".join(f"m{at}.py#f{at} calls a.py#target" for at in range(90))
    answer = drawn(many, "target", nodes=31)
    assert answer.caps == (Cap("nodes", 31, 61),)  # 90 callers and the file that holds it
    data = embedded(page(answer, "target", STATUS, LEVELS))
    assert data["caps"] == [{"name": "nodes", "limit": 31, "left_out": 61}]
    assert len(data["nodes"]) == 31  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(tmp_path_factory.mktemp("profile")) as one:
        yield one


@pytest.fixture
def opened(running: Browser, tmp_path: Path) -> Browser:
    """The picture of ``Cart.total`` in the browser."""
    place = tmp_path / "graph.html"
    place.write_text(page(drawn(GRAPH, "Cart.total", depth=2), "Cart.total", STATUS, LEVELS))
    running.open(place.as_uri())
    return running


def transform(browser: Browser) -> tuple[float, float, float]:
    """Offset and scale of what is drawn, as the browser has them."""
    found = browser.value("(() => { const m = document.getElementById('world').getCTM(); return [m.e, m.f, m.a] })()")
    return found[0], found[1], found[2]


def middle(browser: Browser, selector: str) -> tuple[float, float]:
    """The middle of an element on the screen."""
    box = f"document.querySelector({json.dumps(selector)}).getBoundingClientRect()"
    x, y = browser.value(f"(() => {{ const box = {box}; return [box.x + box.width / 2, box.y + box.height / 2] }})()")
    return x, y


def test_the_whole_picture_is_seen_at_first(opened: Browser) -> None:
    """Every node lies within the drawing, none over another, and no request but the page's own was made."""
    assert opened.value("document.querySelectorAll('.node').length") == 13
    assert opened.value("""(() => {
        const frame = document.getElementById('picture').getBoundingClientRect();
        return [...document.querySelectorAll('.node .card')].map((node) => node.getBoundingClientRect())
            .every((box) => box.left >= frame.left && box.right <= frame.right && box.top >= frame.top && box.bottom <= frame.bottom);
    })()""")
    assert opened.value("document.getElementById('truth').textContent").startswith("/work/shop · generation 3 · 13 nodes")
    assert opened.value("document.getElementById('truth').textContent").endswith("resolved: python; symbols only: lua")
    assert [address.rpartition("/")[2] for address in opened.requests()] == ["graph.html"]
    assert opened.complaints() == []


def test_the_style_of_a_line_is_its_evidence(opened: Browser) -> None:
    """The legend shows the same styles and counts the edges of each."""
    styles = {
        evidence: opened.value(f"getComputedStyle(document.querySelector('#edges .line.{evidence}')).strokeDasharray")
        for evidence in ("proven", "possible", "external", "unknown")
    }
    assert styles["proven"] == "none"
    assert len(set(styles.values())) == 4
    assert opened.value("[...document.querySelectorAll('#legend label')].map((each) => each.textContent)")[1] == "possible2"
    opened.click(*middle(opened, "[data-filter=possible]"))
    assert opened.value("document.querySelectorAll('.edge:not(.gone) .line.possible').length") == 0
    assert opened.value("document.querySelectorAll('.edge:not(.gone) .line.proven').length") > 0


def test_dragging_pans(opened: Browser) -> None:
    x, y, scale = transform(opened)
    opened.mouse("mousePressed", 300, 700, button="left", clickCount=1, buttons=1)
    opened.mouse("mouseMoved", 340, 680, button="left", buttons=1)
    opened.mouse("mouseMoved", 420, 650, button="left", buttons=1)
    opened.mouse("mouseReleased", 420, 650, button="left", clickCount=1)
    assert transform(opened) == pytest.approx((x + 120, y - 50, scale), abs=0.1)
    opened.mouse("mouseMoved", 600, 600)
    assert transform(opened) == pytest.approx((x + 120, y - 50, scale), abs=0.1)


def test_the_wheel_zooms_around_the_pointer(opened: Browser) -> None:
    """What lies under the pointer stays there."""
    at = middle(opened, ".node.centre")
    _, _, before = transform(opened)
    opened.mouse("mouseWheel", *at, deltaX=0, deltaY=-400)
    opened.wait_for(f"document.getElementById('world').getCTM().a > {before * 1.5}")
    assert middle(opened, ".node.centre") == pytest.approx(at, abs=1)


def test_a_search_marks_counts_and_goes_to_what_it_finds(opened: Browser) -> None:
    opened.value("document.getElementById('picture').focus()")
    opened.press("/")
    assert opened.value("document.activeElement.id") == "search"
    opened.type("MONEY.PY#")
    assert opened.value("document.getElementById('matches').textContent") == "2 of 13"
    assert opened.value("document.querySelectorAll('.node.match').length") == 2
    opened.press("Enter")
    assert opened.value("document.querySelector('#about h2').textContent") == "add"
    assert middle(opened, ".node.chosen .card") == pytest.approx(middle(opened, "#picture"), abs=2)
    opened.press("Enter")
    assert opened.value("document.querySelector('#about h2').textContent") == "check"
    opened.press("Escape")
    assert opened.value("document.querySelectorAll('.node.match').length") == 0


def test_a_click_on_an_edge_shows_rule_span_and_candidates(opened: Browser) -> None:
    """The closed set of a possible edge is listed whole."""
    number = opened.value("[...document.querySelectorAll('.edge')].findIndex((each) => each.querySelector('.line.possible'))")
    x, y = opened.value(f"""(() => {{
        const line = document.querySelectorAll('.edge')[{number}].querySelector('.hit');
        const at = line.getPointAtLength(line.getTotalLength() * 0.3);
        const point = at.matrixTransform(line.getScreenCTM());
        return [point.x, point.y];
    }})()""")
    opened.click(x, y)
    said = opened.value("document.getElementById('about').innerText")
    assert "report calls" in said
    assert "union" in said
    assert "shop/admin.py:7, bytes 70–74" in said
    assert "OTHER CANDIDATES OF THIS PLACE (1)" in said.upper()
    opened.press("Escape")
    assert opened.value("document.getElementById('details').hidden")


def test_the_keyboard_reaches_everything(opened: Browser) -> None:
    """Keys pan, zoom and fit; Tab goes to the nodes, Enter shows one, and its edges are buttons."""
    opened.value("document.getElementById('picture').focus()")
    x, y, scale = transform(opened)
    opened.press("ArrowLeft")
    opened.press("ArrowUp")
    assert transform(opened) == pytest.approx((x + 60, y + 60, scale), abs=0.1)
    opened.press("+")
    assert transform(opened)[2] == pytest.approx(scale * 1.2, rel=0.01)
    opened.press("0")
    assert transform(opened) == pytest.approx((x, y, scale), abs=0.1)
    opened.press("Tab")
    assert opened.value("document.activeElement.getAttribute('aria-label')") == "method Cart.total, shop/cart.py:3"
    opened.press("Enter")
    assert opened.value("document.querySelector('#about h2').textContent") == "Cart.total"
    assert opened.value("document.querySelectorAll('#about li button').length") == 6
    theme = opened.value("document.documentElement.dataset.theme")
    opened.press("t")
    assert opened.value("document.documentElement.dataset.theme") != theme


HOSTILE = [
    "</script><script>document.title='owned'</script>",
    "<img src=x onerror=document.title='owned'>",
    '"><svg onload=document.title="owned">',
    "${document.title='owned'}",
    "{{data}}",
    "<!--<script>",
    "\u2028\u2029'\\",
    "a\x1b[2Jb\x00c",
    "caf\udce9.py",
]


def test_a_repository_cannot_run_a_script(running: Browser, tmp_path: Path) -> None:
    """Names, paths, rules, the title and the view are text, whatever they hold: nothing runs, nothing is requested, all of it is shown."""
    nodes = [Node(Handle(f"{text}.py#{text}"), text, text, text, f"{text}.py", 1, 2) for text in HOSTILE]
    edges = [Edge(EdgeKind.CALLS, Evidence.PROVEN, node.name, nodes[0].handle, node.handle, node.path, 1, 2, 3) for node in nodes[1:]]
    graph = view_of("a.py#f calls a.py#g")
    graph.store.replace(VIEW, [FileGraph("x", nodes, edges)], generation=4)
    place = tmp_path / "hostile.html"
    html = page(picture(graph, module_scope(graph, nodes[0].handle)), HOSTILE[0], ViewStatus(HOSTILE[1], HOSTILE[2], 4, 0.0), LEVELS)
    place.write_text(html, encoding="utf-8")
    running.open(place.as_uri())
    assert running.value("document.title").startswith("</script><script>document.title='owned'</script>")
    assert running.value("document.querySelectorAll('script, img, iframe').length") == 2
    names = running.value("[...document.querySelectorAll('.node')].map((each) => each.querySelector('title').textContent.split('\\n')[0])")
    assert {HOSTILE[1], HOSTILE[2], HOSTILE[3], HOSTILE[4]} < set(names)
    for at in range(len(names)):
        running.value(f"document.querySelectorAll('.node')[{at}].dispatchEvent(new MouseEvent('click', {{ bubbles: true }}))")
    assert running.value("document.querySelectorAll('script, img, iframe').length") == 2
    assert len(running.requests()) == 1
    assert running.complaints() == []
