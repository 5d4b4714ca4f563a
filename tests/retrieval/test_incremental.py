"""An index kept up to date shows what a fresh index of the same tree shows, whatever happened in between."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from ingest.errors import EmptyTreeError, NotIndexedError
from tests.ingest.repositories import commit_all, git, new_repository
from tests.retrieval.stores import assert_same, contents, opened

THOROUGH = settings.get_current_profile_name() == "thorough"

PATHS = st.sampled_from([
    "shop.py",
    "shop.js",
    "deep/shop.py",
    "deep/shop.go",
    "deep/er/tally.rs",
    "deep",
    "notes.md",
    "notes.md/inner.py",
    "tests/test_shop.py",
    "conf.yaml",
    "plain",
    "größe ü.py",
])
CONTENTS = st.sampled_from([
    b"class Shop:\n    def open(self):\n        return self.total\n",
    b"def sell(price):\n    '''Sell at a price.'''\n    return Shop().open() + price\n",
    b"function openShop(price) { return price + total }\nclass Shop { sell() {} }\n",
    b"package shop\n\nfunc Open(total int) int { return total }\n",
    b"pub fn tally(total: u32) -> u32 { total }\n",
    b"# The shop\n\nHow to open it.\n\n## Price\n\nThe total.\n",
    b"shop:\n  open: true\n  price: 3\n",
    b"",
    b"\0binary shop\xff\0",
    "def größe():\n    return 'ü'\n".encode(),
    b"def long():\n" + b"".join(b"    total = shop.price(%d)\n" % number for number in range(200)),
    b"def broken(:\n  class total\n",
])
PATTERNS = st.sampled_from([
    "",
    "*.js",
    "deep/",
    "*.md",
    "shop.py",
    "/conf.yaml",
    "*\n!base.py\n!.gitignore",
    "tests/",
    "deep/*\n!deep/shop.py",
])
BRANCHES = st.sampled_from(["main", "one", "two"])


class IncrementalIndex(RuleBasedStateMachine):
    """Edits, commits and switches of branches in a real repository, with index runs among them."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="codelore-incremental-"))
        self.root = self.folder / "repository"
        self.data = self.folder / "data"

    @initialize()
    def begin(self) -> None:
        new_repository(self.root, {"base.py": "def base(shop):\n    return shop\n", "shop.py": "class Shop:\n    price = 1\n"})

    def teardown(self) -> None:
        shutil.rmtree(self.folder)

    def place(self, path: str) -> Path:
        """Return where ``path`` is to be written, with whatever is in its way gone."""
        place = self.root / path
        for above in [place, *place.parents]:
            if above == self.root:
                break
            if above != place and above.is_file():
                above.unlink()
        if place.is_dir():
            shutil.rmtree(place)
        place.parent.mkdir(parents=True, exist_ok=True)
        return place

    @rule(path=PATHS, content=CONTENTS)
    def write(self, path: str, content: bytes) -> None:
        self.place(path).write_bytes(content)

    @rule(path=PATHS, other=PATHS, content=CONTENTS)
    def write_twins(self, path: str, other: str, content: bytes) -> None:
        self.write(path, content)
        self.write(other, content)

    @rule(path=PATHS, content=CONTENTS)
    def append(self, path: str, content: bytes) -> None:
        if (self.root / path).is_file():
            with (self.root / path).open("ab") as file:
                file.write(content)

    @rule(number=st.integers(0, 20), age=st.integers(1, 1_000_000))
    def change_behind_the_clock(self, number: int, age: int) -> None:
        """Another size and the same time, long past when it was indexed: what an unpacked archive leaves."""
        present = sorted(place for place in self.root.rglob("*shop*") if place.is_file())
        if not present:
            return
        place = present[number % len(present)]
        before = place.stat().st_mtime_ns - age * 1_000_000_000
        os.utime(place, ns=(before, before))
        self.compare("")
        place.write_bytes(place.read_bytes() + b"# more of the shop\n")
        os.utime(place, ns=(before, before))
        self.compare("")

    @rule(path=PATHS, other=PATHS)
    def rename(self, path: str, other: str) -> None:
        if (self.root / path).is_file() and path != other and not other.startswith(path + "/"):
            content = (self.root / path).read_bytes()
            (self.root / path).unlink()
            self.place(other).write_bytes(content)

    @rule(path=PATHS)
    def delete(self, path: str) -> None:
        place = self.root / path
        if place.is_dir():
            shutil.rmtree(place)
        elif place.is_file():
            place.unlink()

    @rule(path=PATHS, mode=st.sampled_from([0o644, 0o755, 0o600]))
    def change_mode(self, path: str, mode: int) -> None:
        if (self.root / path).is_file():
            (self.root / path).chmod(mode)

    @rule(path=PATHS, seconds=st.integers(-1_000_000, 1_000))
    def touch(self, path: str, seconds: int) -> None:
        if (self.root / path).is_file():
            now = (self.root / path).stat().st_mtime_ns
            os.utime(self.root / path, ns=(now, now + seconds * 1_000_000_000))

    @rule(name=st.sampled_from([".gitignore", ".codeloreignore", "deep/.gitignore"]), pattern=PATTERNS)
    def ignore(self, name: str, pattern: str) -> None:
        self.place(name).write_text(pattern + "\n")

    @rule()
    def commit(self) -> None:
        commit_all(self.root)

    @rule(branch=BRANCHES)
    def switch(self, branch: str) -> None:
        commit_all(self.root)
        known = git(self.root, "branch", "--format=%(refname:short)").split()
        git(self.root, "checkout", "-q", *([] if branch in known else ["-b"]), branch)

    @rule()
    def throw_changes_away(self) -> None:
        git(self.root, "reset", "-q", "--hard")
        git(self.root, "clean", "-qfd")

    @rule()
    def stash(self) -> None:
        git(self.root, "stash", "-q", "--include-untracked")

    @rule()
    def index(self) -> None:
        """The rule that all others are for: an incremental run and a fresh one of the same tree."""
        self.compare("")

    @rule(branch=BRANCHES)
    def index_ref(self, branch: str) -> None:
        if branch in git(self.root, "branch", "--format=%(refname:short)").split():
            self.compare(branch)

    @precondition(lambda self: self.data.exists())
    @rule()
    def forget(self) -> None:
        with opened(self.data) as engine:
            try:
                engine.forget(str(self.root))
            except NotIndexedError:
                return
            assert engine.check() == []

    def compare(self, ref: str) -> None:
        fresh_data = Path(tempfile.mkdtemp(prefix="fresh-", dir=self.folder))
        with opened(self.data) as ours, opened(fresh_data) as fresh:
            try:
                fresh.index(str(self.root), ref=ref)
            except EmptyTreeError:
                try:
                    ours.index(str(self.root), ref=ref)
                except EmptyTreeError:
                    return
                raise AssertionError("a fresh index finds nothing to index, an incremental one does") from None
            ours.index(str(self.root), ref=ref)
            assert_same(contents(ours, self.data, self.root, ref=ref), contents(fresh, fresh_data, self.root, ref=ref))
            assert ours.check() == []
            if not ref:
                again = ours.index(str(self.root))
                assert (again.parsed, again.added, again.changed, again.deleted) == (0, 0, 0, 0)
        shutil.rmtree(fresh_data)


TestIncrementalIndex = IncrementalIndex.TestCase
TestIncrementalIndex.settings = settings(
    max_examples=400 if THOROUGH else 25,
    stateful_step_count=40 if THOROUGH else 16,
    phases=tuple(Phase) if THOROUGH else (Phase.explicit, Phase.reuse, Phase.generate),  # shrinking takes minutes
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
