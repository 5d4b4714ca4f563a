"""How the benchmarks write the names of callers and callees, one class a benchmark."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from pathlib import Path, PurePosixPath

from graph.model import Node


class Namer(ABC):
    """How a benchmark writes names."""

    language = ""
    constructor = ""
    """Name of a constructor in our nodes."""
    default_constructor = ""
    """How a constructor that nobody wrote is listed, ``{}`` being the class; empty where it is not listed."""
    lambda_name = "<lambda{}>"
    lists_outside = True
    """The ground truth lists calls of builtins and other packages throughout."""

    @abstractmethod
    def module(self, path: str) -> str:
        """Name the module that a file is."""

    @abstractmethod
    def outside(self, package: str, symbol: str) -> tuple[str, ...]:
        """Name somebody else's symbol, in every way the benchmark writes it; nothing for what it never lists."""

    def symbol(self, module: str, _node: Node, qualified: str) -> str:
        """Name a symbol of a module; ``qualified`` is its name in the file."""
        return f"{module}.{qualified}" if module else qualified

    def spellings(self, name: str) -> tuple[str, ...]:
        """Return every way the benchmark writes the name of a symbol."""
        return (name,)

    def is_constructor(self, node: Node) -> bool:
        """Say whether a member of a class is its constructor."""
        return node.name == self.constructor

    def runs(self, _node: Node, _source: str) -> bool:
        """Say whether a function can run at all; ``source`` are the lines it stands on."""
        return True

    def bound(self, _name: str) -> re.Pattern[str]:
        """Return what the first line of a function holds when it is a lambda bound to a variable of this name."""
        return re.compile(r"(?!)")

    def declared(self, _line: str) -> str:
        """Return the variable by which a function without a name may be listed that stands in this line, empty for none."""
        return ""

    def truth(self, name: str) -> str:
        """Return a name of the ground truth as it is compared."""
        return name

    def is_outside(self, name: str) -> bool:
        """Say whether a callee is no function of the program."""
        return name.startswith("<")

    def simple(self, name: str) -> str:
        """Return the last part of a name."""
        return name.rpartition(".")[2]


_WRITTEN_BY_KIND = {("builtins", "Iterator"): "Iter", ("io", "TextIOWrapper"): "File", ("io", "BufferedIOBase"): "File"}
"""Types that PyCG's ground truth names by what they are."""


class PythonNamer(Namer):
    """PyCG's names: dotted from the root, ``<builtin>.len``, ``<**PyStr**>.join``, ``main.func.<lambda1>``."""

    language = "python"
    constructor = "__init__"

    def module(self, path: str) -> str:
        """Name a module by its dotted path; a package is named by its folder."""
        pure = PurePosixPath(path).with_suffix("")
        return ".".join(pure.parts[:-1] if pure.name == "__init__" and len(pure.parts) > 1 else pure.parts)

    def outside(self, package: str, symbol: str) -> tuple[str, ...]:
        """Name a builtin, a method of a builtin type, or a symbol of another package; a constructor is listed as its class."""
        if not symbol:
            return ()
        ways = tuple(dict.fromkeys((symbol, symbol.removesuffix(f".{self.constructor}"))))
        owner, _, method = symbol.partition(".")
        if (package, owner) in _WRITTEN_BY_KIND and method:
            return (f"<**Py{_WRITTEN_BY_KIND[package, owner]}**>.{method}",)
        if package != "builtins":
            return tuple(f"{package}.{way}" for way in ways)
        return (f"<**Py{owner.capitalize()}**>.{method}",) if method else (f"<builtin>.{symbol}",)

    def bound(self, name: str) -> re.Pattern[str]:
        """Match ``name = lambda``."""
        return re.compile(rf"\b{re.escape(name)}\s*(:[^=]+)?=\s*lambda\b")


class JavaScriptNamer(Namer):
    """SWARM-CG's names for JavaScript: as PyCG's, with ``constructor``, ``<arrow1>``, and builtins in some cases only."""

    language = "javascript"
    constructor = "constructor"
    lambda_name = "<arrow{}>"
    lists_outside = False

    def module(self, path: str) -> str:
        """Name a module by its dotted path without the ending; ``index.js`` is named by its folder."""
        pure = PurePosixPath(path).with_suffix("")
        return ".".join(pure.parts[:-1] if pure.name == "index" and len(pure.parts) > 1 else pure.parts)

    def outside(self, package: str, symbol: str) -> tuple[str, ...]:
        """Name a global or one of its methods; the benchmark has three ways."""
        if not symbol:
            return ()
        owner, _, method = symbol.replace(".prototype.", ".").rpartition(".")
        ways = (f"<builtin>.{symbol}", f"<builtin>.{method}", f"<**JS{owner}**>.{method}", f"<global>.{symbol}")
        return ways if package in JAVASCRIPT_GLOBALS else (f"{package}.{symbol}", *ways)

    def spellings(self, name: str) -> tuple[str, ...]:
        """Write a computed name, which we know by its last part, with brackets, too."""
        return (name, name.replace(".iterator", "[Symbol.iterator]"), name.replace(".iterator", ".[Symbol.iterator]"))

    def bound(self, name: str) -> re.Pattern[str]:
        """Match ``name = (…) =>``."""
        return re.compile(rf"\b{re.escape(name)}\s*=\s*(async\s*)?(\([^)]*\)|\w+)\s*=>")

    def declared(self, line: str) -> str:
        """Find ``const name = decorator(function () {})``."""
        found = _DECLARED.match(line)
        return found[1] if found else ""


_DECLARED = re.compile(r"\s*(?:const|let|var)\s+(\w+)\s*=")


JAVASCRIPT_GLOBALS = frozenset({"javascript", "builtins", "globals", "global", "lib"})


class JavaNamer(Namer):
    """SWARM-CG's names for Java, ``package.Class:method(java.lang.String)``; parameter types are left out on both sides."""

    language = "java"
    constructor = "<init>"
    default_constructor = "{}:<init>"

    def module(self, path: str) -> str:
        """Name the package, which is the folder of the file."""
        return ".".join(PurePosixPath(path).parent.parts)

    def symbol(self, module: str, node: Node, qualified: str) -> str:
        """Name a class ``package.Outer$Inner`` and a method ``package.Class:method``."""
        owner, _, name = qualified.rpartition(".")
        if node.kind in {"method", "constructor", "function"}:
            name = f"{owner.replace('.', '$')}:{self.constructor if self.is_constructor(node) else name}"
        else:
            name = qualified.replace(".", "$")
        return f"{module}.{name}" if module else name

    def is_constructor(self, node: Node) -> bool:
        """Say whether a member is a constructor, which has the name of its class."""
        return node.kind == "constructor"

    def runs(self, node: Node, source: str) -> bool:
        """Say whether a method has a body."""
        declared = re.search(rf"\b{re.escape(node.name)}\s*\([^{{}};]*\)[^{{}};]*([{{;])", source)
        return declared is None or declared[1] == "{"

    def outside(self, package: str, symbol: str) -> tuple[str, ...]:
        """Name a method of another package."""
        owner, _, name = symbol.rpartition(".")
        return (f"{package}.{owner.replace('.', '$')}:{name}",) if owner else ()

    def truth(self, name: str) -> str:
        """Drop the parameter types."""
        return name.partition("(")[0]

    def is_outside(self, name: str) -> bool:
        """Say whether a callee is a method of the Java library."""
        return name.startswith(("java.", "javax."))

    def simple(self, name: str) -> str:
        """Return the method's name."""
        return name.rpartition(":")[2]


NAMERS: dict[str, type[Namer]] = {".py": PythonNamer, ".js": JavaScriptNamer, ".java": JavaNamer}
"""By the ending of the sources."""


def namer_for(folder: Path) -> Namer:
    """Choose the names by the ending that most sources of a set have."""
    counts = {ending: sum(1 for _ in folder.rglob(f"*{ending}")) for ending in NAMERS}
    return NAMERS[max(counts, key=lambda ending: counts[ending])]()
