"""PHP: classes, functions and constants by their whole names, included files, and what is PHP's own."""

from __future__ import annotations

from posixpath import normpath

from graph.evaluate import Arguments, Attribute, Evaluator, Place
from graph.flow import INDEX, NAME, SELF, Expression, ImportedName, spelled
from graph.languages.php_builtins import CONSTANT_PREFIXES, FUNCTIONS
from graph.program import Program
from graph.rules import Rules
from graph.values import (
    ANYTHING,
    BUILTIN_METHOD,
    CLASS_OBJECT,
    EXTERNAL_OBJECT,
    INSTANCE,
    MODULE_OBJECT,
    Value,
    Values,
    container,
)


class PhpRules(Rules):
    """PHP's rules over one program."""

    call_method = "__invoke"
    constructors = ("__construct",)
    builtin_package = "php"

    def __init__(self, program: Program) -> None:
        super().__init__(program)
        self._files: dict[str, list[str]] | None = None

    # Names.

    def spelled(self, name: str) -> str:
        """Return a name without the marks of the table."""
        return spelled(name)

    def _found(self, evaluator: Evaluator, name: str) -> list[Attribute]:
        """Return the definitions of a whole name in all files."""
        if self._files is None:
            self._files = {}
            for path in sorted(path for path, language in self.program.languages.items() if language == "php"):
                for each in self.program.unit(path).flow.scopes[0].names:
                    if "\\" in each:
                        self._files.setdefault(each, []).append(path)
        evaluator.look(f"package {name}")
        return [each for path in self._files.get(name, ()) for each in evaluator.module_bindings(path, name)]

    def _denoted(self, evaluator: Evaluator, name: str) -> list[Attribute]:
        if name[0] == "~":
            mark = ".." if name.startswith("~..") else "."
            if name[1] == "\\":  # self, static and parent of a trait
                return [ANYTHING]
            found = self._found(evaluator, name[1:]) or self._found(evaluator, f"{mark}\\{spelled(name)}")
            return found or [self._built_in(mark, spelled(name))]
        if name.startswith(".") and name.count("\\") == 1:
            return self._found(evaluator, name) or [self._built_in(name[: name.index("\\")], spelled(name))]
        return self._found(evaluator, name) or [frozenset({_outside(name)})]

    def _built_in(self, mark: str, word: str) -> Values:
        known = word.lower() in FUNCTIONS if mark == "." else word.startswith(CONSTANT_PREFIXES)
        return frozenset({(EXTERNAL_OBJECT, "php", word)}) if known else ANYTHING

    def free_bindings(self, evaluator: Evaluator, place: Place, name: str, *, called: bool = False) -> list[Attribute]:
        """Return what a name of a namespace denotes that its own file does not define."""
        del place, called
        return self._denoted(evaluator, name) if "\\" in name and name[0] in ".~\\" else [ANYTHING]

    def import_(self, evaluator: Evaluator, path: str, imported: ImportedName, *, called: bool = False) -> list[Attribute]:
        """Return the class, function or constant that ``use`` names, or the file that is included."""
        del called
        if not imported.level:
            return self._denoted(evaluator, imported.module)
        folder = path.rpartition("/")[0] + "/.." * (imported.level - 1)
        file = normpath(f"{folder}/{imported.module}".lstrip("/"))
        evaluator.look(f"module {file.rpartition('/')[2].partition('.')[0]}")
        return [frozenset({(MODULE_OBJECT, file)})] if file in self.program.paths else [ANYTHING]

    # Types.

    def instances(self, evaluator: Evaluator, place: Place, expression: Expression) -> Values:
        """Return instances of the type that an expression names."""
        if expression[0] == SELF:
            return frozenset((INSTANCE, *each[1:]) if each[0] == CLASS_OBJECT else each for each in evaluator.receiver(place[0], place[1]))
        if expression[0] == INDEX:
            return frozenset({container("array", self.instances(evaluator, place, expression[3]))})
        return super().instances(evaluator, place, expression)

    def gathered(self, taking: int, declared: Values) -> Values:
        """Return the array that ``...$rest`` is."""
        return frozenset({container("array", declared)}) if taking else declared

    def returned(self, evaluator: Evaluator, path: str, scope: int, declared: Values) -> Values:
        """Return what a call yields of a function with this declared result."""
        del evaluator, path, scope
        return declared

    def result_follows_receiver(self, evaluator: Evaluator, path: str, scope: int) -> bool:
        """Say whether a method returns ``static`` or ``$this``, or does not say what; ``self`` and a class's name are that class."""
        flow = evaluator.flow(path)
        returns = flow.scopes[scope].returns
        declared = flow.roots[returns].expression if returns >= 0 else None
        return declared is None or declared[0] != NAME

    # Enums.

    def special_attributes(self, evaluator: Evaluator, holder: Value, name: str) -> list[Attribute]:
        """Return what PHP gives to an enum: the methods that yield its cases."""
        if name in _OF_ENUMS and holder[0] in {CLASS_OBJECT, INSTANCE} and _is_enum(evaluator, holder):
            return [frozenset({(BUILTIN_METHOD, holder, name)})]
        return []

    def builtin_symbol(self, holder: Value, name: str) -> tuple[str, str] | None:
        """Return package and symbol of a method of an enum."""
        return (self.builtin_package, f"BackedEnum.{name}") if holder[0] in {CLASS_OBJECT, INSTANCE} else None

    def call_external(self, evaluator: Evaluator, callee: Value, place: Place, arguments: Arguments, passing: Values | None) -> Values:
        """Return what PHP's own functions yield: those of an enum its cases."""
        if callee[0] != BUILTIN_METHOD or callee[1][0] not in {CLASS_OBJECT, INSTANCE}:
            return super().call_external(evaluator, callee, place, arguments, passing)
        case = frozenset({(INSTANCE, *callee[1][1:3])})
        return frozenset({container("array", case)}) if callee[2] == "cases" else case

    # Classes.

    def linearize(self, evaluator: Evaluator, path: str, scope: int) -> tuple[Value, ...]:
        """Return a class, its traits and theirs, what it extends, and its interfaces."""
        found = super().linearize(evaluator, path, scope)
        return (*found, (EXTERNAL_OBJECT, "php", "BackedEnum")) if _is_enum(evaluator, (CLASS_OBJECT, path, scope)) else found


_OF_ENUMS = frozenset({"from", "tryFrom", "cases"})


def _is_enum(evaluator: Evaluator, class_: Value) -> bool:
    symbol = evaluator.opened(class_).symbol
    return symbol >= 0 and evaluator.flow(class_[1]).symbols[symbol].kind == "enum"


def _outside(name: str) -> Value:
    namespace, _, symbol = name.lstrip(".").lstrip("\\").rpartition("\\")
    return (EXTERNAL_OBJECT, namespace or "php", symbol)


RULES = PhpRules
