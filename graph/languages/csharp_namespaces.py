"""What the namespaces of a C# program hold, over all of its files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graph.announcing import ANY_IN
from graph.evaluate import Evaluator, FoundBinding
from graph.flow import BLOCK, CLASS_SCOPE, DEFINITION, EXTENSION, FUNCTION_SCOPE, Binding, FileFlow, ImportedName
from graph.program import Program, lays_out

Type = tuple[str, int]
"""Path and scope."""


class Namespaces:
    """What the namespaces of a program hold."""

    def __init__(self, program: Program) -> None:
        self._members: dict[str, dict[str, list[FoundBinding]]] = {}
        self._prefixes: set[str] = set()
        self._parts: dict[Type, list[Type]] = {}
        """All parts of a type that is written in several places, by each of them."""
        self._extensions: dict[str, list[tuple[str, FoundBinding]]] = {}
        self._everywhere: list[tuple[str, ImportedName]] = []
        """What ``global using`` says, with the folder of the project that it is said in."""
        self._projects = {path.rpartition("/")[0] for path in program.paths if lays_out(path)}
        together: dict[tuple[str, ...], list[Type]] = {}
        for path in sorted(path for path, language in program.languages.items() if language == "csharp"):
            flow, project = program.unit(path).flow, self.project(path)
            self._everywhere += [(project, each) for each in flow.imports if each.reexported]
            for index, scope in enumerate(flow.scopes):
                if scope.kind == CLASS_SCOPE and scope.name:
                    chain, namespace = type_chain(flow, index)
                    if chain:
                        together.setdefault((project, namespace, *chain), []).append((path, index))
                elif scope.kind == FUNCTION_SCOPE and scope.flags & EXTENSION:
                    self._extend(path, flow, index)
        for (_, namespace, *chain), parts in together.items():
            if len(parts) > 1:
                self._parts.update(dict.fromkeys(parts, parts))
            if len(chain) == 1:
                self._add(program, namespace, chain[0], parts[0])
        for namespace in self._members:
            self._prefixes.update(prefixes_of(namespace))

    def _add(self, program: Program, namespace: str, title: str, at: Type) -> None:
        flow = program.unit(at[0]).flow
        held, scope = self._members.setdefault(namespace, {}), flow.scopes[at[1]]
        name, _, arity = title.partition("`")
        for each in (title, name) if arity == "0" else (title,):
            binding = Binding(DEFINITION, scope.position, target=at[1])
            held.setdefault(each, []).append(FoundBinding(at[0], scope.parent, name, binding))

    def _extend(self, path: str, flow: FileFlow, index: int) -> None:
        scope = flow.scopes[index]
        owner = flow.scopes[scope.parent]
        if owner.kind == CLASS_SCOPE:
            namespace = type_chain(flow, scope.parent)[1]
            for binding in owner.names.get(scope.name, ()):
                if binding.target == index:
                    self._extensions.setdefault(scope.name, []).append((namespace, FoundBinding(path, scope.parent, scope.name, binding)))

    def named(self, evaluator: Evaluator, namespace: str, name: str) -> list[FoundBinding]:
        """Return the types of a name in a namespace."""
        evaluator.look(f"package {namespace}")
        return self._members.get(namespace, {}).get(name, [])

    def has(self, evaluator: Evaluator, namespace: str) -> bool:
        """Say whether there is a type in a namespace."""
        evaluator.look(f"package {namespace}")
        return namespace in self._members

    def leads(self, evaluator: Evaluator, name: str) -> bool:
        """Say whether a dotted name is a namespace with types, or what the name of one begins with."""
        evaluator.look(f"{ANY_IN}{name}")
        return name in self._prefixes

    def parts(self, evaluator: Evaluator, path: str, scope: int) -> list[Type]:
        """Return all places where a type is written."""
        evaluator.look(f"type {evaluator.flow(path).scopes[scope].name}")
        return self._parts.get((path, scope), [(path, scope)])

    def extensions(self, evaluator: Evaluator, name: str) -> Sequence[tuple[str, FoundBinding]]:
        """Return the extension methods of a name, each with its namespace."""
        evaluator.look(f"extension {name}")
        return self._extensions.get(name, ())

    def everywhere(self, evaluator: Evaluator, path: str) -> list[ImportedName]:
        """Return what is used in all files of a file's project."""
        evaluator.look("global using")
        project = self.project(path)
        return [each for at, each in self._everywhere if at == project]

    def project(self, path: str) -> str:
        """Return the folder of the project that a file belongs to."""
        while path and path not in self._projects:
            path = path.rpartition("/")[0]
        return path


def prefixes_of(namespace: str) -> Iterator[str]:
    """Yield a dotted name and what it begins with, the longest first."""
    while namespace:
        yield namespace
        namespace = namespace.rpartition(".")[0]


def type_chain(flow: FileFlow, scope: int) -> tuple[list[str], str]:
    """Return the names of a type and of those around it, with the numbers of their parameters, and its namespace."""
    chain: list[str] = []
    while scope > 0:
        found = flow.scopes[scope]
        if found.kind == BLOCK and found.name:
            return chain, found.name
        if found.kind == CLASS_SCOPE:
            outer = flow.scopes[found.parent]
            count = len(outer.names) if outer.kind == BLOCK and not outer.name and outer.start == found.start else 0
            chain.insert(0, f"{found.name}`{count}")
        elif found.kind == FUNCTION_SCOPE:
            return [], ""
        scope = found.parent
    return chain, ""
