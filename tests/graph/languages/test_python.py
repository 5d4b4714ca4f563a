"""What names of Python resolve to, on small sources."""

from __future__ import annotations

from textwrap import dedent

import pytest

from graph.build import flow_of, make_resolver
from graph.model import EdgeKind, Evidence
from graph.program import Program
from ingest.analyze import analyze
from tests.graph.languages.expectations import edges_of, used_in

HANDLERS = """
def one(): ...
def two(): ...
class Base:
    def run(self): ...
class A(Base):
    def run(self): ...
    def only(self): ...
class B(Base):
    def run(self): ...
"""


def calls(files: dict[str, str] | str, line: str, *, evidence: Evidence = Evidence.PROVEN) -> set[str]:
    """Return what is called or instantiated in the one line that holds this text; a text alone is the file ``m.py``."""
    files = {"m.py": files} if isinstance(files, str) else files
    return used_in(files, line, evidence)


def body(text: str) -> str:
    """Return the definitions above with a function ``use`` after them."""
    return HANDLERS + "def use(x=None, y=None):\n" + "".join(f"    {line}\n" for line in dedent(text).strip("\n").split("\n"))


def test_field_receiver_is_told_from_the_calling_method_of_the_same_name() -> None:
    """`self.store.save()` in `save` calls the field's class."""
    files = {
        "service.py": """
        from store import Store
        class Service:
            def __init__(self, other: Store):
                self.store = Store()
                self.other = other
            def save(self):
                self.store.save()
                self.other.save(1)
                self.save(2)
        """,
        "store.py": "class Store:\n    def save(self, n=0): ...\n",
    }
    assert calls(files, "self.store.save()") == {"store.py#Store.save"}
    assert calls(files, "self.other.save(1)") == {"store.py#Store.save"}
    assert calls(files, "self.save(2)") == {"service.py#Service.save"}


def test_third_party_types_are_not_their_local_namesakes() -> None:
    """What comes from another package is external, though the file has a class of that name."""
    files = "import requests\nclass Session:\n    def get(self): ...\ndef use():\n    s = requests.Session()\n    s.get()\n"
    assert calls(files, "s.get()") == set()
    assert calls(files, "s.get()", evidence=Evidence.EXTERNAL) == {"external:requests#Session.get"}


def test_methods_of_containers_are_not_their_namesakes_in_the_program() -> None:
    """`append` of a list is Python's, whatever the program calls so; its container is named."""
    text = body("xs = []\nxs.append(1)\n{}.update(a=1)")
    files = {"m.py": text + "class Own:\n    def append(self, x): ...\n"}
    assert calls(files, "xs.append(1)", evidence=Evidence.EXTERNAL) == {"external:builtins#list.append"}
    assert calls(files, "{}.update", evidence=Evidence.EXTERNAL) == {"external:builtins#dict.update"}


def test_super_follows_the_method_resolution_order() -> None:
    """`super()` is looked up after the class itself, and a function named super is no such thing."""
    text = HANDLERS + dedent(
        """
        class C(A, B):
            def run(self):
                super().run()
        class D(A):
            def run(self):
                super(A, self).run(1)
        def outer():
            def super():
                return A()
            super().only()
        """
    )
    assert calls(text, "        super().run()") == {"m.py#A.run"}
    assert calls(text, "super().run()", evidence=Evidence.EXTERNAL) == {"external:builtins#super"}
    assert calls(text, "super().only()") == {"m.py#outer.super", "m.py#A.only"}


def test_constructor_chains_call_every_constructor() -> None:
    """An instantiation is an edge to the class and to the constructor that runs, inherited or own."""
    text = "class P:\n    def __init__(self): ...\nclass C(P): ...\nclass N: ...\ndef use():\n    C()\n    N()\n"
    assert calls(text, "    C()") == {"m.py#C", "m.py#P.__init__"}
    assert calls(text, "    N()") == {"m.py#N"}


def test_imports_are_followed_through_aliases_reexports_and_wildcards() -> None:
    """A name is what it is where it was defined; `__all__` says what a wildcard takes."""
    files = {
        "pkg/__init__.py": "from . import deep\nfrom .deep import f as g\nfrom .wild import *\n",
        "pkg/deep.py": "def f(): ...\n",
        "pkg/wild.py": "__all__ = ['listed']\ndef listed(): ...\ndef unlisted(): ...\n",
        "pkg/more.py": "__all__ = ['a']\n__all__ += ['b']\ndef b(): ...\n",
        "app.py": """
        import pkg.deep as d
        import pkg
        from pkg import g as h, listed
        from pkg.more import *
        def use():
            d.f()
            pkg.g()
            h()
            listed()
            pkg.unlisted()
            pkg.deep.f(1)
            b()
        """,
    }
    assert calls(files, "d.f()") == {"pkg/deep.py#f"}
    assert calls(files, "pkg.g()") == {"pkg/deep.py#f"}
    assert calls(files, "    h()") == {"pkg/deep.py#f"}
    assert calls(files, "    listed()") == {"pkg/wild.py#listed"}
    assert calls(files, "pkg.unlisted()") == set()
    assert calls(files, "pkg.deep.f(1)") == {"pkg/deep.py#f"}
    assert calls(files, "    b()") == {"pkg/more.py#b"}


def test_a_package_imports_its_own_submodule_by_name() -> None:
    """`from . import fields` in `__init__.py` binds a submodule, not itself, also in a cycle."""
    files = {
        "pkg/__init__.py": "from .schema import use\nfrom . import fields\n",
        "pkg/schema.py": "from pkg import fields as ma\ndef use():\n    ma.Raw()\n",
        "pkg/fields.py": "class Raw: ...\n",
    }
    assert calls(files, "ma.Raw()") == {"pkg/fields.py#Raw"}


def test_a_stub_imports_stubs_and_code_imports_code() -> None:
    """What runs is in the `.py`; what a stub talks about is in the `.pyi`."""
    files = {
        "pkg/__init__.py": "",
        "pkg/a.py": "class X: ...\n",
        "pkg/a.pyi": "class X: ...\n",
        "pkg/b.py": "from .a import X\ndef use():\n    X()\n",
        "pkg/b.pyi": "from .a import X\nclass Y(X): ...\n",
    }
    assert calls(files, "    X()") == {"pkg/a.py#X"}
    inherits = [e.target for e in edges_of(files) if e.kind is EdgeKind.INHERITS]
    assert inherits == ["pkg/a.pyi#X"]


@pytest.mark.parametrize(
    ("text", "line", "expected"),
    [
        ("x = A()\nx.run()", "x.run()", {"m.py#A.run"}),
        ("x = A()\nx = B()\nx.run()", "x.run()", {"m.py#B.run"}),
        ("if y:\n    x = A()\n    x.run()", "x.run()", {"m.py#A.run"}),
        ("if (z := A()):\n    z.run()", "z.run()", {"m.py#A.run"}),
        ("a, b = A(), B()\nb.run()", "b.run()", {"m.py#B.run"}),
        ("for z in [A()]:\n    z.run()", "z.run()", {"m.py#A.run"}),
        ("[z.run() for z in (A(),)]", "z.run()", {"m.py#A.run"}),
        ("z = A() if y else None\nz.run()", "z.run()", {"m.py#A.run"}),
        ("z: A = make()\nz = make()\nz.run()", "z.run()", {"m.py#A.run"}),
        ("fs = [one, two]\nfs[1]()", "fs[1]()", {"m.py#two"}),
        ("fs = []\nfs.append(one)\nfs[0]()", "fs[0]()", {"m.py#one"}),
        ("fs = {'a': one}\nfs['b'] = two\nfs['b']()", "fs['b']()", {"m.py#two"}),
        ("k = 'a'\nfs = {'a': one, 'b': two}\nfs[k]()", "fs[k]()", {"m.py#one"}),
        ("fs = {}\nfs.update({'a': one})\nfs['a']()", "fs['a']()", {"m.py#one"}),
        ("fs = {}\nfs.setdefault('a', one)\nfs['a']()", "fs['a']()", {"m.py#one"}),
        ("fs = [one]\nfs[0:1][0]()", "fs[0:1]", {"m.py#one"}),
        ("fs = [A()]\nfs += [A()]\nfs[0].run()", "fs[0].run()", {"m.py#A.run"}),
        ("z = lambda: A()\nz().run()", "z().run()", {"m.py#A.run"}),
        ("getattr(A(), 'run')()", "getattr(A()", {"m.py#A.run", "m.py#A"}),
    ],
)
def test_values_flow_to_where_they_are_used(text: str, line: str, expected: set[str]) -> None:
    """Assignments, branches, loops and containers carry what was put into them."""
    assert calls(body(text), line) >= expected
    assert {each for each in calls(body(text), line) if each.endswith("run")} <= expected


@pytest.mark.parametrize(
    ("text", "line", "expected"),
    [
        ("if isinstance(x, A):\n    x.run()", "x.run()", {"m.py#A.run"}),
        ("if y and isinstance(x, A):\n    x.run()", "x.run()", {"m.py#A.run"}),
        ("if isinstance(x, B):\n    pass\nelif isinstance(x, A):\n    x.run()", "x.run()", {"m.py#A.run"}),
        ("x: A | B = make()\nif isinstance(x, B):\n    pass\nelse:\n    x.run()", "x.run()", {"m.py#A.run"}),
        ("x: A | B = make()\nif isinstance(x, B):\n    return\nx.run()", "x.run()", {"m.py#A.run"}),
        ("x: A | B = make()\nif not isinstance(x, A):\n    raise ValueError\nx.run()", "x.run()", {"m.py#A.run"}),
        ("assert isinstance(x, (A,))\nx.run()", "x.run()", {"m.py#A.run"}),
        ("z = x if isinstance(x, A) else A()\nz.run()", "z.run()", {"m.py#A.run"}),
        ("isinstance(x, A) and x.run()", "x.run()", {"m.py#A.run"}),
        ("not isinstance(x, A) or x.run()", "x.run()", {"m.py#A.run"}),
        ("x: A = make()\nif isinstance(x, Base):\n    x.run()", "x.run()", {"m.py#A.run"}),
        ("if isinstance(x, A):\n    x = B()\n    x.run()", "x.run()", {"m.py#B.run"}),
    ],
)
def test_tests_narrow_names(text: str, line: str, expected: set[str]) -> None:
    """`isinstance` says what a name is in the branch that it guards, and what it is not in the others."""
    assert calls(body(text), line) == expected


def test_an_accessor_takes_what_is_assigned_to_it() -> None:
    """A property with a setter is what the attribute is, in the class and in its heirs."""
    text = """
    class T:
        def go(self): ...
    class C:
        def __init__(self):
            self.p = 1
        @property
        def p(self) -> T: ...
        @p.setter
        def p(self, value): ...
    class D(C):
        def use(self):
            self.p = 2
            self.p.go()
    """
    assert calls(text, "self.p.go()") == {"m.py#T.go"}
    writes = {e.target for e in edges_of({"m.py": text}) if e.kind is EdgeKind.WRITES and e.evidence is Evidence.PROVEN}
    assert writes == {"m.py#C.p"}


@pytest.mark.parametrize(
    ("header", "text", "line"),
    [
        ("from contextvars import ContextVar\nv: ContextVar[A] = ContextVar('v')", "v.get().only()", "v.get()"),
        ("from typing import Callable\ndef f(c: Callable[[], A]): c().only()", "pass", "c().only()"),
        ("import weakref", "r = weakref.ref(A())\nr().only()", "r().only()"),
        ("from typing import Optional\ndef f(c: Optional[A]): c.only()", "pass", "c.only()"),
        ("def f(c: type[A]): c().only()", "pass", "c().only()"),
        ("def f(c: 'dict[str, list[A]]'): c['x'][0].only()", "pass", "c['x']"),
        ("async def g() -> A: ...\nasync def f(): (await g()).only()", "pass", "await g()"),
        ("def g():\n    yield A()\ndef f():\n    for z in g(): z.only()", "pass", "z.only()"),
        ("from contextlib import contextmanager\n@contextmanager\ndef g():\n    yield A()", "with g() as z: z.only()", "z.only()"),
        ("from functools import cached_property\nclass H:\n    @cached_property\n    def a(self): return A()", "H().a.only()", "H().a"),
        ("class H:\n    def __enter__(self): return A()", "with H() as z: z.only()", "z.only()"),
        ("class H:\n    def __getitem__(self, k): return A()", "H()[0].only()", "H()[0]"),
        ("class H:\n    def __call__(self): return A()", "H()().only()", "H()()"),
        ("class H:\n    def __iter__(self): return self\n    def __next__(self): return A()", "for z in H(): z.only()", "z.only()"),
        ("class H:\n    a: A\n    @classmethod\n    def b(cls): return cls()", "H.b().a.only()", "H.b()"),
        ("import copy", "copy.copy(A()).only()", "copy.copy"),
        ("", "next(iter([A()])).only()", "next(iter"),
        ("", "for i, z in enumerate([A()]): z.only()", "z.only()"),
        ("", "for i, z in zip([1], [A()]): z.only()", "z.only()"),
        ("", "for k, z in {'a': A()}.items(): z.only()", "z.only()"),
        ("", "for z in {'a': A()}.values(): z.only()", "z.only()"),
        ("", "for z in {A(): 1}: z.only()", "z.only()"),
        ("def same(f): return f\n@same\ndef made(): return A()", "made().only()", "made().only()"),
        ("from typing import Union\ndef f(c: Union[A, None]): c.only()", "pass", "c.only()"),
        ("from typing import List\ndef f(c: List[A]): c[0].only()", "pass", "c[0]"),
        ("from typing import Literal\ndef f(c: Literal['a'], d: A): d.only()", "pass", "d.only()"),
        ("from typing import Self\nclass S(A):\n    def me(self) -> Self: ...", "S().me().only()", "S().me()"),
        ("from typing import Any, cast", "cast(A, x).only()", "cast(A"),
        ("from typing import Annotated as An\ndef f(c: An[A, 1]): c.only()", "pass", "c.only()"),
        ("Alias = A\ndef f(c: Alias): c.only()", "pass", "c.only()"),
        ("Alias = A | None\ndef f(c: Alias): c.only()", "pass", "c.only()"),
        ("class G(A, list[int]): ...\ndef f(c: G[int]): c.only()", "pass", "c.only()"),
        ("def f(*c: A, **d: A):\n    c[0].only()", "pass", "c[0]"),
        ("def f(*c: A, **d: A):\n    d['x'].only()", "pass", "d['x']"),
        ("import queue\ndef f(c: queue.Queue[A]): c.get().only()", "pass", "c.get()"),
        ("def pick(a, b=None, *rest): return b", "pick(1, A()).only()", "pick(1"),
        ("def pick(a, b=None, *rest): return b", "pick(1, b=A()).only()", "pick(1"),
        ("def pick(a, *rest): return rest", "pick(1, A())[0].only()", "pick(1"),
        ("def pick(a=A()): return a", "pick().only()", "pick()"),
        ("class H:\n    def me(self): return self\nclass I(H, A): ...", "I().me().only()", "I().me()"),
        ("", "list([A()])[0].only()", "list([A"),
        ("", "for z in filter(None, [A()]): z.only()", "z.only()"),
        ("", "for z in map(lambda q: A(), [1]): z.only()", "z.only()"),
        ("", "max([A()], key=id).only() or max(A(), 1).only()", "max("),
        ("", "type(A())().only()", "type(A())"),
        ("", "[A()].pop().only()", ".pop()"),
        ("", "[A()].copy()[0].only()", ".copy()"),
        ("", "for z in {A(): 1}.keys(): z.only()\nA().only()", "    A().only()"),
        ("import weakref", "weakref.proxy(A()).only()", "proxy"),
        ("class It:\n    def __iter__(self): yield A()", "for z in It(): z.only()", "z.only()"),
        ("class W:\n    async def __aenter__(self): return A()\nasync def f():\n    async with W() as z: z.only()", "pass", "z.only()"),
        ("class E(Exception):\n    a: A", "try: ...\nexcept E as e: e.a.only()", "e.a.only()"),
        ("class E(Exception):\n    a: A\nclass F(E): ...", "try: ...\nexcept (E, F) as e: e.a.only()", "e.a.only()"),
        ("", "z = {**{'a': A()}, 'b': A()}\nz['b'].only()", "z['b']"),
        ("", "z = {k: A() for k in x}\nA().only() if z else None", "A().only()"),
        ("", "lambda q=A(): q\nf'{A().only()}'", "f'{"),
        ("from dataclasses import dataclass, field\n@dataclass\nclass D:\n    a: A = field()", "D().a.only()", "D().a"),
        ("from typing import NamedTuple\nclass N(NamedTuple):\n    a: A", "N(A()).a.only()", "N(A())"),
        ("from enum import Enum\nclass K(Enum):\n    X = 1\n    def a(self): return A()", "K(1).a().only()", "K(1)"),
    ],
)
def test_types_tell_what_members_belong_to(header: str, text: str, line: str) -> None:
    """Annotations, generic types of the standard library, and the protocols of the language give a receiver its type."""
    files = HANDLERS + header + "\n" + "def use(x=None):\n" + "".join(f"    {each}\n" for each in text.split("\n"))
    assert "m.py#A.only" in calls(files, line) | calls(files, line, evidence=Evidence.POSSIBLE)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("import re\ndef use():\n    re.compile('a').match('b').group()\n", "re.compile"),
        ("import os\ndef use():\n    for x in os.walk('.'): x.go()\n", "x.go()"),
        ("def use(x):\n    x.a.b.c.d.e.f.g.h()\n", "x.a.b"),
        ("import ext\nclass C(ext.Base):\n    def use(self): self.thing()\n", "self.thing()"),
        ("def use(x: 'not a type'):\n    x.go()\n", "x.go()"),
        ("def use(x: 'list['):\n    x.go()\n", "x.go()"),
        ("from typing import Any, Callable\ndef use(x: Any, y: Callable):\n    x.go(y())\n", "x.go"),
        ("from .missing import thing\ndef use():\n    thing()\n", "    thing()"),
        ("from ext import *\ndef use():\n    thing()\n", "    thing()"),
        ("def use(x):\n    with x as (a, b): a.go()\n", "a.go()"),
        ("def use():\n    print(__name__.upper())\n", "__name__"),
        ("class C(C): ...\ndef use():\n    C().go()\n", "C().go()"),
        ("class A(B): ...\nclass B(A): ...\ndef use():\n    A().go()\n", "A().go()"),
        ("def use():\n    xs = [1]\n    xs[0].go(); xs.go()(); iter(xs).go(); xs[use].go()\n", "xs[0].go"),
        ("def use(f):\n    return f(*[1], **{'a': 2})\n", "return f("),
        ("x = x\ndef use():\n    x.go()\n", "x.go()"),
        ("match x:\n    case A(b=1): y.go()\n", "y.go()"),
        ("def use(*, a, **k):\n    del a\n    k.go(); use(1, a=2)(3)\n", "k.go()"),
        ("@\ndef use(): a.go()\n", "a.go()"),
        ("class C[T: int]:\n    def use[U](self, x: T, y: U) -> T: x.go()\n", "x.go()"),
        ("type X = int\ndef use(x: X): x.go()\n", "x.go()"),
    ],
)
def test_what_cannot_be_known_is_not_proven_to_be_in_the_program(text: str, line: str) -> None:
    """No call of a method that nothing defines goes to the program, and nothing that is strange stops the rest."""
    assert not {each for each in calls(text, line) if each.endswith("go")}
    program = Program({"m.py": "python"}, lambda path: flow_of(analyze(path, text.encode())[0]))
    resolver, _ = make_resolver(program)
    resolver.begin("m.py")
    resolver.finish("m.py")
    assert resolver.problems == {}


def test_what_loops_and_blocks_call_without_naming_it() -> None:
    """A loop calls `__iter__` and `__next__`, a `with` statement `__enter__` and `__exit__`."""
    text = """
    class It:
        def __iter__(self): return self
        def __next__(self): ...
        def __enter__(self): ...
        def __exit__(self, *a): ...
    def use():
        for x in It(): ...
        with It(): ...
    """
    assert {"m.py#It.__iter__", "m.py#It.__next__"} <= calls(text, "for x in It()")
    assert {"m.py#It.__enter__", "m.py#It.__exit__"} <= calls(text, "with It()")


def test_raising_a_class_instantiates_it_and_raising_an_instance_does_not() -> None:
    """`raise Failure` runs the constructor, `raise error` runs nothing."""
    text = "class Failure(Exception):\n    def __init__(self): ...\ndef use():\n    raise Failure\n"
    text += "def other(error: Failure):\n    raise error\n"
    assert calls(text, "raise Failure") == {"m.py#Failure", "m.py#Failure.__init__"}
    assert calls(text, "raise error") == set()


def test_decorators_are_called_with_what_they_decorate() -> None:
    """A wrapper may call the function below; a name denotes what its decorators made of it; markers are no calls."""
    text = """
    import functools
    def plain(f):
        def inner():
            f()
        return inner
    def wrapping(f):
        @functools.wraps(f)
        def wrapper():
            return f()
        return wrapper
    @plain
    @plain
    def a(): ...
    @wrapping
    def b(): ...
    class K:
        @staticmethod
        def s(): ...
    def use():
        a()
        b()
    """
    assert calls(text, "    a()") == {"m.py#plain.inner"}
    assert calls(text, "    b()") == {"m.py#b"}
    assert calls(text, "        f()", evidence=Evidence.POSSIBLE) == {"m.py#a", "m.py#plain.inner"}
    assert calls(text, "@staticmethod", evidence=Evidence.EXTERNAL) == set()


def test_what_is_passed_is_possible_and_what_nobody_passes_is_unknown() -> None:
    """A parameter without a type may be what the known calls give it, and anything else."""
    text = HANDLERS + "def run(f, g):\n    f()\n    g()\ndef use():\n    run(one, g=two)\n"
    assert calls(text, "    f()", evidence=Evidence.POSSIBLE) == {"m.py#one"}
    assert calls(text, "    g()", evidence=Evidence.POSSIBLE) == {"m.py#two"}
    assert calls("def run(f):\n    f()\n", "    f()", evidence=Evidence.UNKNOWN) == {"unknown:f"}


def test_a_name_that_is_partly_a_definition_is_possible() -> None:
    """Where a branch replaces a local function, the definition is one of the candidates."""
    text = "def use(d):\n    def view(): ...\n    if d:\n        view = d(view)\n    return view\n"
    found = {e.target: e.evidence for e in edges_of({"m.py": text}) if e.line == 5}
    assert found == {"m.py#use.view": Evidence.POSSIBLE}


def test_overriding_is_told_from_defining() -> None:
    """A method overrides the nearest one above it; constructors do not count."""
    found = {(e.source, e.target) for e in edges_of({"m.py": HANDLERS}) if e.kind is EdgeKind.OVERRIDES}
    assert found == {("m.py#A.run", "m.py#Base.run"), ("m.py#B.run", "m.py#Base.run")}


def test_global_and_nonlocal_bind_where_they_say() -> None:
    """An assignment after `global` or `nonlocal` belongs to the other scope."""
    text = """
    import os.path, sys as system
    current = None
    def set_it():
        global current
        current = Later()
    class Later:
        def go(self): ...
    def use():
        current.go()
        os.path.join("a")
        system.exit()
    def outer():
        held = None
        def inner():
            nonlocal held
            held = Later()
        held.go(1)
    """
    assert calls(text, "current.go()") == {"m.py#Later.go"}
    assert calls(text, "held.go(1)") == {"m.py#Later.go"}
    assert calls(text, "os.path.join", evidence=Evidence.EXTERNAL) == {"external:os#path.join"}
    assert calls(text, "system.exit", evidence=Evidence.EXTERNAL) == {"external:sys#exit"}


@pytest.mark.parametrize("cut", range(0, len(HANDLERS) + 120, 23))
def test_broken_code_breaks_nothing(cut: int) -> None:
    """A file that ends anywhere is resolved without a problem."""
    text = body("x = [A() for z in (1, 2) if z]\nwith open(x) as f, y: f.read()\ntry: x[1:2].run()\nexcept (A, B) as e: raise e")[:cut]
    program = Program({"m.py": "python"}, lambda path: flow_of(analyze(path, text.encode())[0]))
    resolver, _ = make_resolver(program)
    resolver.begin("m.py")
    resolver.finish("m.py")
    assert resolver.problems == {}


def test_module_that_a_package_of_the_program_lacks_is_nobody_elses() -> None:
    """What is imported from a package of the program, where it has no such module, is unknown and not external."""
    files = {
        "src/__init__.py": "",
        "src/utils/__init__.py": "",
        "src/main.py": "from utils.missing import gone\nfrom yaml.nodes import Node\ngone()\nNode(1)\n",
        "tests/yaml/__init__.py": "",
    }
    assert calls(files, "gone()", evidence=Evidence.UNKNOWN) == {"unknown:gone"}
    assert calls(files, "Node(1)", evidence=Evidence.EXTERNAL) == {"external:yaml#nodes.Node"}
