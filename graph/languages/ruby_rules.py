"""Ruby: constants by nesting and ancestors, classes in several parts, mixins, methods of classes beside those of instances."""

from __future__ import annotations

from posixpath import basename, normpath

from graph.evaluate import Attribute, Evaluator, FoundBinding, Place
from graph.flow import DEFINITION, FUNCTION_SCOPE, INDEX, NAME, SELF, ImportedName, spelled
from graph.program import Program
from graph.rules import Rules
from graph.values import (
    ANYTHING,
    CLASS_OBJECT,
    EXTERNAL_INSTANCE,
    EXTERNAL_OBJECT,
    FUNCTION_OBJECT,
    INSTANCE,
    MODULE_OBJECT,
    UNKNOWN,
    Value,
    Values,
)

_CORE_NAMES = """
Benchmark BigDecimal CGI CSV Date DateTime Delegator Digest ERB FileUtils Find Forwardable IPAddr JSON Logger Monitor MonitorMixin Net
Observable OpenSSL OpenStruct OptionParser Pathname Psych SecureRandom Set Shellwords SimpleDelegator Singleton Socket StringIO
StringScanner Tempfile Timeout URI WeakRef YAML Zlib ArgumentError Array BasicObject Binding Class Comparable Complex Data Dir ENV
EOFError Encoding EncodingError Enumerable Enumerator Errno Exception FalseClass Fiber File FileTest Float FrozenError GC Hash IO
IOError IndexError Integer Interrupt Kernel KeyError LoadError LocalJumpError Marshal MatchData Math Method Module Mutex NameError
NilClass NoMethodError NotImplementedError Numeric Object ObjectSpace Proc Process Queue RUBY_ENGINE RUBY_PLATFORM RUBY_VERSION Ractor
Random Range RangeError Rational Regexp RegexpError RuntimeError ScriptError SecurityError Signal SignalException StandardError
StopIteration String Struct Symbol SyntaxError SystemCallError SystemExit SystemStackError Thread ThreadError Time TracePoint TrueClass
TypeError UnboundMethod UncaughtThrowError ZeroDivisionError
"""
_CORE = frozenset(_CORE_NAMES.split())
_KERNEL_NAMES = """
Array Complex Float Hash Integer Rational String __dir__ __method__ abort at_exit autoload binding block_given? caller caller_locations
catch class define_method dup eval exit exit! extend fork format freeze frozen? gets hash inspect instance_of? instance_variable_get
instance_variable_set is_a? kind_of? lambda loop method nil? object_id open p pp print printf private private_class_method
private_constant proc protected public public_send puts raise rand require respond_to? select send sleep spawn sprintf srand system tap
test then throw to_s trap warn
"""
_KERNEL = frozenset(_KERNEL_NAMES.split())


class RubyRules(Rules):
    """Ruby's rules over one program."""

    call_method = "call"
    constructors = ("initialize",)
    builtin_package = "ruby"

    def __init__(self, program: Program) -> None:
        super().__init__(program)
        self._constants: dict[str, list[str]] = {}
        self._functions: dict[str, list[str]] = {}
        self._whole: dict[tuple[str, int], str] = {}
        self._files: dict[str, list[str]] = {}
        self._ready = False

    def _prepare(self) -> None:
        if self._ready:
            return
        self._ready = True
        for path in sorted(path for path, language in self.program.languages.items() if language == "ruby"):
            self._files.setdefault(basename(path), []).append(path)
            flow = self.program.unit(path).flow
            for name, bindings in flow.scopes[0].names.items():
                if name.startswith("\\"):
                    self._constants.setdefault(name, []).append(path)
                    self._whole.update({(path, each.target): name for each in bindings if each.kind == DEFINITION})
                elif any(each.kind == DEFINITION and flow.scopes[each.target].kind == FUNCTION_SCOPE for each in bindings):
                    self._functions.setdefault(name, []).append(path)

    # Constants.

    def spelled(self, name: str) -> str:
        """Return a name without the marks of the table."""
        return spelled(name)

    def _found(self, evaluator: Evaluator, name: str) -> list[FoundBinding]:
        """Return the bindings of a constant by its whole name in all files; every part of a class is one."""
        self._prepare()
        evaluator.look(f"package {name}")
        return [
            FoundBinding(path, 0, name, each)
            for path in self._constants.get(name, ())
            for each in evaluator.flow(path).scopes[0].names[name]
        ]

    def _chosen(self, evaluator: Evaluator, found: list[FoundBinding]) -> list[Attribute]:
        """Return one part of a class for all of them: the one that says what it extends, or whose file has its name, or the longest."""
        classes = [each for each in found if each.binding.kind == DEFINITION]
        if not classes:
            return list(found)

        def rank(each: FoundBinding) -> tuple[bool, bool, int]:
            scope = evaluator.flow(each.path).scopes[each.binding.target]
            plain = basename(each.path).partition(".")[0].replace("_", "").lower()
            return bool(scope.bases), plain == scope.name.lower(), scope.end - scope.start

        return [max(classes, key=rank)]

    def _lexical(self, evaluator: Evaluator, nesting: list[str], first: str) -> tuple[str, list[FoundBinding]]:
        """Find a constant by where it is written: the classes around, then the ancestors of the innermost, then the top."""
        around = ["\\" + "\\".join(nesting[:at]).replace("::", "\\") for at in range(len(nesting), 0, -1)]
        inherited = self._above(evaluator, around[0]) if around else []
        for whole in dict.fromkeys([*around, *inherited, ""]):
            name = f"{whole}\\{first}"
            if found := self._found(evaluator, name):
                return name, found
        return "", []

    def _above(self, evaluator: Evaluator, whole: str) -> list[str]:
        found: list[str] = []
        pending, seen = [whole], {whole}
        while pending:
            for part in self._found(evaluator, pending.pop(0)):
                scope = evaluator.flow(part.path).scopes[part.binding.target] if part.binding.kind == DEFINITION else None
                for root in scope.bases if scope is not None else ():
                    expression = evaluator.flow(part.path).roots[root].expression
                    name = self._name_of(evaluator, expression[2]) if expression is not None and expression[0] == NAME else ""
                    if name and name not in seen:
                        seen.add(name)
                        found.append(name)
                        pending.append(name)
        return found

    def _name_of(self, evaluator: Evaluator, written: str) -> str:
        """Return the whole name of a supertype that is written somewhere: by nesting alone, or there would be no end."""
        nesting, parts = _taken_apart(written)
        for at in range(len(nesting), -1, -1):
            whole = "\\" + "\\".join([*nesting[:at], *parts]).replace("::", "\\")
            if self._found(evaluator, whole):
                return whole
        return ""

    def free_bindings(self, evaluator: Evaluator, place: Place, name: str, *, called: bool = False) -> list[Attribute]:
        """Return what a constant denotes, or a method that is called without receiver outside of any class."""
        del place, called
        if not name.startswith(("~", "\\")):
            return self._top(evaluator, name) or [frozenset({(EXTERNAL_OBJECT, "ruby", f"Kernel.{name}")}) if name in _KERNEL else ANYTHING]
        nesting, parts = _taken_apart(name)
        whole, found = self._lexical(evaluator, nesting, parts[0])
        if whole == f"\\{parts[0]}" and parts[0] in _CORE and len(parts) == 1:
            return [frozenset({(EXTERNAL_OBJECT, "ruby", parts[0])})]  # which the program only adds to
        if not found:
            package, symbols = ("ruby", list(parts)) if parts[0] in _CORE else (parts[0], parts[1:])
            return [frozenset({(EXTERNAL_OBJECT, package, ".".join(symbols))})]
        for part in parts[1:]:
            names = [f"{each}\\{part}" for each in (whole, *self._above(evaluator, whole))]
            whole, found = next(
                ((each, bindings) for each in names if (bindings := self._found(evaluator, each))), ("", list[FoundBinding]())
            )
            if not found:
                return [ANYTHING]
        return self._chosen(evaluator, found)

    def _top(self, evaluator: Evaluator, name: str) -> list[Attribute]:
        self._prepare()
        evaluator.look("package \\")
        return [each for path in self._functions.get(name, ()) for each in evaluator.module_bindings(path, name)]

    def import_(self, evaluator: Evaluator, path: str, imported: ImportedName, *, called: bool = False) -> list[Attribute]:
        """Return the file that is required, where only one can be meant."""
        del called
        self._prepare()
        file = imported.module if imported.module.endswith(".rb") else f"{imported.module}.rb"
        evaluator.look(f"module {basename(file).partition('.')[0]}")
        if imported.level:
            wanted = normpath(f"{path.rpartition('/')[0]}/{file}".lstrip("/"))
            return [frozenset({(MODULE_OBJECT, wanted)})] if wanted in self.program.paths else [ANYTHING]
        found = [each for each in self._files.get(basename(file), ()) if each in {file, f"lib/{file}"} or each.endswith(f"/lib/{file}")]
        if len(found) == 1:
            return [frozenset({(MODULE_OBJECT, found[0])})]
        package, _, rest = imported.module.partition("/")
        return [ANYTHING if found else frozenset({(EXTERNAL_OBJECT, package, rest.replace("/", "."))})]

    # Members.

    def special_attributes(self, evaluator: Evaluator, holder: Value, name: str) -> list[Attribute]:
        """Return the methods of a class, which are apart from those of its instances; of an instance what every object has."""
        if name == "initialize":
            return []
        if holder[0] == CLASS_OBJECT:
            return self._of_class(evaluator, holder, name)
        if holder[0] != INSTANCE or name.startswith("."):
            return []
        lineage = evaluator.lineage(holder[1], holder[2])
        if name.startswith("@"):  # only what the program does can give it a value
            known = any(each[0] == CLASS_OBJECT and name in evaluator.opened(each).fields for each in lineage)
            return [] if known else [ANYTHING]
        if any(each[0] == CLASS_OBJECT and name in evaluator.opened(each).names for each in lineage):
            return []
        if name in _KERNEL:
            return [frozenset({(EXTERNAL_OBJECT, "ruby", f"Kernel.{name}")})]
        outside = {each for each in lineage if each[0] != CLASS_OBJECT}
        return self._top(evaluator, name) if not outside else [ANYTHING] if len(outside) > 1 else []

    def _of_class(self, evaluator: Evaluator, holder: Value, name: str) -> list[Attribute]:
        lineage = evaluator.lineage(holder[1], holder[2])
        outside: Value | None = None
        extended = [base for each in lineage if each[0] == CLASS_OBJECT for base in self._extended(evaluator, each)]
        mark = "" if name.startswith(".") else "."
        for each in lineage:
            if each[0] != CLASS_OBJECT:
                outside = outside or each
            elif bindings := evaluator.opened(each).names.get(mark + name) or evaluator.opened(each).fields.get(mark + name):
                return [FoundBinding(each[1], each[2], mark + name, binding) for binding in bindings[-1:]]
        for each in extended:
            if each[0] != CLASS_OBJECT:
                outside = outside or each
                continue
            for part in evaluator.lineage(each[1], each[2]):
                if part[0] == CLASS_OBJECT and (bindings := evaluator.opened(part).names.get(name)):
                    targets = [binding.target for binding in bindings[-1:] if binding.kind == DEFINITION]
                    return [frozenset((FUNCTION_OBJECT, part[1], target, None) for target in targets)] if targets else [ANYTHING]
        if name == "new":
            return [frozenset({(INSTANCE, holder[1], holder[2])})] if outside is None else [ANYTHING]
        if name in _KERNEL:
            return [frozenset({(EXTERNAL_OBJECT, "ruby", f"Kernel.{name}")})]
        if outside is not None and outside != UNKNOWN and "@" not in name:
            return [frozenset({(EXTERNAL_OBJECT, outside[1], f"{outside[2]}.{name}" if outside[2] else name)})]
        return [ANYTHING]

    def _extended(self, evaluator: Evaluator, class_: Value) -> list[Value]:
        """Return what a class is extended with; itself for ``extend self``."""
        flow, found = evaluator.flow(class_[1]), list[Value]()
        for root in evaluator.opened(class_).bases:
            expression = flow.roots[root].expression
            if expression is not None and expression[0] == INDEX:
                itself = expression[2][0] == SELF
                values = frozenset({class_}) if itself else evaluator.value(evaluator.place(class_[1], root), expression[2])
                found += sorted(values, key=repr)
        return found

    # Classes.

    def base(self, evaluator: Evaluator, path: str, root: int) -> Values:
        """Return what one base of a class is worth; nothing for what only extends the class itself."""
        expression = evaluator.flow(path).roots[root].expression
        return frozenset() if expression is not None and expression[0] == INDEX else evaluator.root(path, root)

    def linearize(self, evaluator: Evaluator, path: str, scope: int) -> tuple[Value, ...]:
        """Return a class and its other parts, the modules that it includes, the last first, and what it extends."""
        self._prepare()
        whole = self._whole.get((path, scope), "")
        parts: dict[Value, None] = {(CLASS_OBJECT, path, scope): None}
        for each in self._found(evaluator, whole) if whole else ():
            if each.binding.kind == DEFINITION:
                parts[CLASS_OBJECT, each.path, each.binding.target] = None
        order, above = dict(parts), list[Value]()
        for part in parts:
            opened = evaluator.opened(part)
            for root, values in reversed(list(zip(opened.bases, evaluator.bases(part[1], part[2]), strict=True))):
                is_superclass = evaluator.flow(part[1]).roots[root].scope == opened.parent
                for value in sorted(values, key=repr):
                    if is_superclass:
                        above.append(value)
                    else:
                        order.update(dict.fromkeys(_line(evaluator, value)))
        for value in dict.fromkeys(above):
            order.update(dict.fromkeys(_line(evaluator, value)))
        if whole.removeprefix("\\") in _CORE:
            order[EXTERNAL_OBJECT, "ruby", whole.removeprefix("\\")] = None
        return tuple(order)

    def made(self, value: Value) -> Values:
        """Return an instance of one class."""
        if value[0] == EXTERNAL_OBJECT:
            return frozenset({(EXTERNAL_INSTANCE, value[1], value[2])})
        return super().made(value)


def _line(evaluator: Evaluator, value: Value) -> tuple[Value, ...]:
    if value[0] == CLASS_OBJECT:
        return evaluator.lineage(value[1], value[2])
    return (value if value[0] == EXTERNAL_OBJECT else UNKNOWN,)


def _taken_apart(name: str) -> tuple[list[str], list[str]]:
    """Return the nesting and the parts of a constant as the table writes it."""
    levels = name.lstrip("~").split("\\")[1:]
    count = max(1, len(name) - len(name.lstrip("~")))
    return levels[:-count], levels[-count:]


RULES = RubyRules
