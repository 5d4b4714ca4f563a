"""The report's page, opened in a real browser, and its plots."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from eval.drawings import Cell, Drawing, Series, Shape, Table
from eval.model import Found, Target
from eval.plots import draw
from eval.record import Record
from eval.report import build
from eval.report_page import page
from tests.eval.made_records import outcome, outcomes, record, system
from tests.serve.browser import Browser, browser

CORPORA = "abcdefghijklmnop"


def made() -> Record:
    """Three systems, one of which missed a repository."""

    def better(at: int, corpus: str) -> float:
        return min((at % 5) / 4 + (ord(corpus) % 3) / 10, 1.0)

    ours = [replace(each, query="needle in a haystack") if each.question_id == "c/000" else each for each in outcomes(CORPORA, 6, better)]
    peer = [replace(each, milliseconds=each.milliseconds * 9) for each in outcomes(CORPORA[1:], 6)]
    return record(system("codelore", ours), system("bm25", peer, {"a": "no space left"}), system("semble", outcomes(CORPORA, 6)))


def written(folder: Path, *records: Record, plots: bool = True) -> str:
    report = build([(f"{at}.json", each) for at, each in enumerate(records)], queries=10, resamples=200)
    file = folder / "report.html"
    file.write_text(page(report, draw if plots else None), encoding="utf-8")
    return file.as_uri()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(tmp_path_factory.mktemp("profile")) as started:
        yield started


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    return written(tmp_path_factory.mktemp("page"), made())


@pytest.fixture
def opened(running: Browser, address: str) -> Browser:
    running.open(address)
    wide(running)
    return running


def wide(running: Browser, width: int = 1400) -> None:
    running.send("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 500)


def shown(opened: Browser) -> list[str]:
    found: list[str] = opened.value("[...document.querySelectorAll('.worst:not([hidden]) .what')].map((each) => each.textContent)")
    return found


def test_the_page_asks_for_nothing_and_complains_of_nothing(opened: Browser, address: str) -> None:
    """One file, one request: its own; no error and no breach of its policy."""
    assert opened.requests() == [address]
    assert opened.complaints() == []
    text = Path(address.removeprefix("file://")).read_text(encoding="utf-8")
    assert set(re.findall(r"https?://[^\"' )]+", text)) == {"http://www.w3.org/2000/svg"}


def test_every_plot_can_be_seen(opened: Browser) -> None:
    """It has a size and colours of its own, says in words what it shows, and its numbers stand in a table beside it."""
    plots = opened.value("""[...document.querySelectorAll('.plot')].map((each) => {
        const picture = each.querySelector('.picture svg'), box = picture.getBoundingClientRect();
        const inks = [...picture.querySelectorAll('[class]')].map((one) => getComputedStyle(one).fill + getComputedStyle(one).stroke);
        return [each.id, box.width > 300 && box.height > 60, picture.getAttribute('aria-label').length > 20, new Set(inks).size,
            each.querySelectorAll('tbody tr').length];
    })""")
    names = ["quality-answer", "quality-index", "category", "kind", "language", "corpus", "latency", "index", "memory"]
    assert [each[0] for each in plots] == [f"s0-{name}" for name in names]
    assert all(size and words and colours >= 4 and rows for _, size, words, colours, rows in plots)


def test_names_in_the_scatter_lie_inside_and_apart(opened: Browser) -> None:
    """Three systems of one speed have three names that can be read."""
    boxes = opened.value("""(() => {
        const all = [...document.querySelectorAll('#s0-quality-answer svg text')].filter((each) => /[a-z]{4}|bm25/.test(each.textContent));
        const outer = document.querySelector('#s0-quality-answer svg').getBoundingClientRect();
        return all.filter((each) => !each.textContent.includes('ms')).map((each) => {
            const box = each.getBoundingClientRect();
            return [each.textContent, box.left, box.top, box.right, box.bottom, box.left >= outer.left && box.right <= outer.right];
        });
    })()""")
    assert sorted(each[0] for each in boxes) == ["bm25", "codelore", "semble"]
    assert all(each[5] for each in boxes)
    for at, (_, left, top, right, bottom, _) in enumerate(boxes):
        for _, other_left, other_top, other_right, other_bottom, _ in boxes[at + 1 :]:
            assert right <= other_left or other_right <= left or bottom <= other_top + 3 or other_bottom <= top + 3


def test_worst_queries_are_searched_and_filtered(opened: Browser) -> None:
    """Words and choices narrow together, the number follows, and nothing that fits is said to be nothing."""
    assert opened.value("document.querySelector('.shown').textContent") == "10 of 30"
    opened.value("document.querySelector('.find').focus()")
    opened.type("haystack NEEDLE")
    assert shown(opened) == ["needle in a haystack"]
    assert opened.value("document.querySelector('.shown').textContent") == "1 of 30"
    opened.type(" nowhere")
    assert shown(opened) == []
    assert opened.value("document.querySelector('.empty').hidden") is False
    opened.value("document.querySelector('.find').value = ''; document.querySelector('.find').dispatchEvent(new Event('input'))")
    for by, value in (("system", "bm25"), ("group", "go")):
        opened.value(f"""(() => {{
            const choice = document.querySelector('select[data-by={by}]');
            choice.value = '{value}';
            choice.dispatchEvent(new Event('change'));
        }})()""")
    assert 0 < len(shown(opened)) < 10
    assert set(opened.value("[...document.querySelectorAll('.worst:not([hidden])')].map((each) => each.dataset.system)")) == {"bm25"}


def test_a_query_opens_to_what_came_and_what_was_wanted(opened: Browser) -> None:
    """By click and by key."""
    x, y = opened.value("""(() => {
        const line = document.querySelector('.worst:not([hidden]) summary');
        line.scrollIntoView({block: 'center', behavior: 'instant'});
        const box = line.getBoundingClientRect();
        return [box.left + 90, box.top + box.height / 2];
    })()""")
    opened.click(x, y)
    assert opened.value("document.querySelector('.worst:not([hidden])').open")
    said = opened.value("document.querySelector('.worst:not([hidden])').innerText")
    for part in ("WHAT CAME", "WHAT WAS WANTED", "src/wrong0.py:1-9", "src/right.py:5-20", "src/right.py:10-12", "rank 2", "name 0.9 ▲"):
        assert part.lower() in said.lower()
    assert opened.value("document.querySelectorAll('.worst[open] li.gold').length") == 1
    opened.press("Enter")
    assert not opened.value("document.querySelector('.worst:not([hidden])').open")


def test_light_and_dark(opened: Browser) -> None:
    """The page follows the reader's setting until the reader says otherwise, and plots follow the page."""

    def colours() -> tuple[str, str]:
        page_colour: str = opened.value("getComputedStyle(document.body).backgroundColor")
        return page_colour, opened.value("getComputedStyle(document.querySelector('.picture .f-ink')).fill")

    opened.send("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "light"}])
    light = colours()
    opened.send("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark"}])
    dark = colours()
    assert light[0] != dark[0]
    assert light[1] != dark[1]
    opened.value("document.body.focus()")
    opened.press("t")
    assert colours() == light
    opened.value("document.getElementById('theme').click()")
    assert colours() == dark
    opened.value("document.querySelector('.find').focus()")
    opened.press("t")
    assert colours() == dark


def test_a_phone_shows_the_page_without_scrolling_sideways(opened: Browser) -> None:
    """Tables scroll inside their own frame."""
    wide(opened, 390)
    assert opened.value("document.documentElement.scrollWidth") <= 390
    assert opened.value("[...document.querySelectorAll('.picture')].every((each) => each.scrollWidth <= each.clientWidth + 1)")


HOSTILE = [
    "</script><script>document.title='owned'</script>",
    "<img src=x onerror=document.title='owned'>",
    "\"' onmouseover=document.title='owned' x='",
    "{{script}}",
    "<!--",
    "\u2028\u202e'\\",
    "a\x1b[2Jb\x00c",
    "caf\udce9.py",
]


def test_no_text_of_a_record_becomes_markup(running: Browser, tmp_path: Path) -> None:
    """Queries, paths, names, reasons and signals are shown as they are: nothing runs, nothing is requested."""
    rows = [
        replace(
            outcome(at, text, 0.0, query=text, category=text, kind=text, language=text),
            question_id=text,
            targets=(Target(text),),
            found=(Found(text, 1, 2, 1.0, 1, {text: 1.0}),),
        )
        for at, text in enumerate(HOSTILE)
    ]
    hostile = [system(text, rows, {text: text}, version=text, options={text: text}) for text in HOSTILE[::3]]
    address = written(tmp_path, record(*hostile, name=HOSTILE[0]))
    running.open(address)
    assert running.value("document.title").startswith("Evaluation: </script><script>")
    assert running.requests() == [address]
    assert running.complaints() == []
    assert running.value("document.querySelectorAll('body script').length") == 1
    assert running.value("document.querySelectorAll('body img').length") == 0
    assert running.value(
        "[...document.querySelectorAll('*')].every((each) => !each.hasAttribute('onmouseover') && !each.hasAttribute('onerror'))"
    )
    text = running.value("document.body.textContent")
    for each in HOSTILE[:5]:
        assert each in text
    assert "a\\x1b[2Jb\\x00c" in text


def test_the_page_reads_without_its_plots(running: Browser, tmp_path: Path) -> None:
    """Two sets, no matplotlib: every table is open."""
    other = record(system("codelore", ()), name="empty", digest="d2")
    running.open(written(tmp_path, made(), other, plots=False))
    assert running.value("document.querySelectorAll('.notice').length") == 1
    assert running.value("[...document.querySelectorAll('.plot details')].every((each) => each.open)")
    assert running.value("document.querySelectorAll('.chapter').length") == 2
    assert "None went wrong" in running.value("document.querySelector('#s1-worst').textContent")
    assert running.complaints() == []


def drawing(shape: Shape, series: tuple[Series, ...], **more: object) -> Drawing:
    made = Drawing("p", shape, "T", "what it shows", "x", series, Table("", ("",), ((Cell("1"),),)))
    return replace(made, **more)  # pyright: ignore[reportArgumentType]


def test_a_plot_takes_all_colours_from_the_page() -> None:
    """No style, no colour, and no identifier that another plot has."""
    series = tuple(Series(f"s{at}", at, ((0.0, 0.5), (1.0, 12.0)), ((0.4, 0.6), (0.0, 120.0))) for at in range(9))
    for each in (
        drawing(Shape.BARS, series, names=("one", "two")),
        drawing(Shape.BARS, series, names=tuple("abcdef")),
        drawing(Shape.SCATTER, (Series("only", 0, ((3.0, 0.5),)), *series[1:]), log_x=False),
        drawing(Shape.CURVES, (Series("s", 1, ((1.0, 2.0), (2.0, 300.0)), dashed=True),), log_y=True),
        drawing(Shape.BARS, (Series("nothing", 0, ()),), names=("one",)),
    ):
        text = draw(each)
        root = ElementTree.fromstring(text)
        assert root.get("aria-label") == "what it shows"
        assert "style" not in text
        assert not re.search(r"(?<!url\()#[0-9a-f]{6}", text)
        ids = [one.get("id") for one in root.iter() if one.get("id")]
        assert all(name and name.startswith("p-") for name in ids)
        assert len(ids) == len(set(ids))
        assert text == draw(each)
