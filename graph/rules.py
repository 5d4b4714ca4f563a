"""What the resolver asks of a language beside its table: how modules are found, what types mean, what is visible where.

``Rules`` is what most languages share; a language overrides what it does in its own way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from graph.dialect import Dialect
from graph.flow import DEFINITION, EITHER, INDEX, LITERAL, MEMBER, NAME, Expression, ImportedName
from graph.program import Program, heirs_by_name
from graph.values import (
    ANYTHING,
    CLASS_OBJECT,
    CONTAINER,
    EXTERNAL_INSTANCE,
    EXTERNAL_OBJECT,
    INSTANCE,
    NOTHING,
    UNKNOWN,
    Value,
    Values,
    union,
)

if TYPE_CHECKING:
    from graph.bindings import Arguments, Attribute, Denoted, FoundBinding, Place
    from graph.evaluate import Evaluator


class Kept(NamedTuple):
    """A type that keeps a contract: an interface or a trait, and which of its methods answers for which."""

    type: tuple[str, int]
    contract: tuple[str, int]
    methods: tuple[tuple[tuple[str, int], tuple[str, int]], ...]
    position: int
    name: str


class Rules(Dialect):  # noqa: PLR0904
    """One language's rules over one program. Every method answers ``ANYTHING`` where it does not know."""

    members_need_no_receiver: ClassVar[bool] = False
    """A method sees its class's members by their bare names."""
    call_method: ClassVar[str] = ""
    """The method that is called when an instance is called, or empty."""
    constructors: ClassVar[tuple[str, ...]] = ()
    """The methods that run when an instance is made, in order of preference."""
    markers: ClassVar[frozenset[str]] = frozenset()
    """Built-in decorators that say what a definition is; naming one is no call of it."""
    super_function: ClassVar[str] = ""
    """The built-in function that gives the instance as its supertype, where the language has one."""
    receiver_is_parameter: ClassVar[bool] = False
    """A method lists its receiver among its parameters."""
    free_names_are_everywhere: ClassVar[bool] = False
    """What a file gives a name that no scope binds is the same wherever in the file the name stands."""
    folders_are_modules: ClassVar[bool] = False
    """A folder is a module of its own where no file is, whatever it holds."""
    class_bodies_see_members: ClassVar[bool] = False
    """What stands in a class's body itself sees the members by their bare names."""
    declared_before_use: ClassVar[bool] = False
    """A name is visible in its block from its declaration on; before that it is the one of an outer block."""
    functions_have_receivers: ClassVar[bool] = False
    """A function outside of any class works on an object, as ``this`` in JavaScript."""
    objects_decide: ClassVar[bool] = False
    """A receiver's declared type says less than the objects that it may be, where these are known (``graph/objects.py``)."""
    makers: ClassVar[frozenset[str]] = frozenset()
    """Methods of somebody else's types of which ``made_outside`` knows what they make."""
    builtin_package: ClassVar[str] = "builtins"
    """The package that the types of literals belong to."""

    def __init__(self, program: Program) -> None:
        self.program = program
        own, shared = type(self), Rules
        self.arguments_choose = own.applicable is not shared.applicable or own.constructors_of is not shared.constructors_of
        """Which function a call means depends on what it passes."""
        self.adds_attributes = own.added_attributes is not shared.added_attributes
        self._heirs: dict[str, list[tuple[str, int]]] | None = None
        self._direct: dict[str, tuple[Values, dict[Value, list[Value]]]] = {}

    # Names.

    def free_bindings(self, evaluator: Evaluator, place: Place, name: str, *, called: bool = False) -> list[Attribute]:
        """Return what a name denotes that no scope around the place binds: another file's, or built in."""
        del evaluator, place, name, called
        return [ANYTHING]

    def meant(self, evaluator: Evaluator, found: list[Denoted], *, as_type: bool) -> list[Denoted]:
        """Return those of several things with one name that are meant where a type is, or where a value is."""
        del evaluator, as_type
        return found

    def implicit_members(self, evaluator: Evaluator, path: str, scope: int, name: str, *, called: bool = False) -> list[Denoted]:
        """Return the members of a class, inherited ones included, that a bare name denotes inside of it."""
        holder: Value = (INSTANCE, path, scope)
        return [(holder, each) for each in evaluator.own_attributes(holder, name, called=called)]

    def within(self, evaluator: Evaluator, namespace: Value, name: str) -> list[Attribute]:
        """Return what a package or namespace has under a name."""
        del evaluator, namespace, name
        return [ANYTHING]

    def files_of(self, namespace: Value) -> list[str]:
        """Return the files that an import of a package or namespace brings."""
        del namespace
        return []

    def import_(self, evaluator: Evaluator, path: str, imported: ImportedName, *, called: bool = False) -> list[Attribute]:
        """Return what an import brings."""
        del evaluator, path, imported, called
        return [ANYTHING]

    def imported_module(self, evaluator: Evaluator, path: str, imported: ImportedName) -> list[Attribute]:
        """Return the module that an import of a whole module names."""
        return self.import_(evaluator, path, imported)

    def exported(self, evaluator: Evaluator, path: str, name: str) -> list[Attribute]:
        """Return what a module gives under a name; a folder gives nothing that is known."""
        return [ANYTHING] if path.endswith("/") else evaluator.module_bindings(path, name) or [ANYTHING]

    def loose_receiver(self, evaluator: Evaluator, path: str, scope: int) -> Values:
        """Return what ``this`` is worth outside of any class."""
        del evaluator, path, scope
        return ANYTHING

    def special_attributes(self, evaluator: Evaluator, holder: Value, name: str) -> list[Attribute]:
        """Return what the language itself gives under a name to every class, instance or function; nothing to look it up as usual."""
        del evaluator, holder, name
        return []

    def added_attributes(self, evaluator: Evaluator, holder: Value, class_: Value, name: str) -> list[Attribute]:
        """Return the members that statements outside of a class have given to it or its instances."""
        del evaluator, holder, class_, name
        return []

    def given(self, evaluator: Evaluator, path: str, scope: int, name: str) -> Values | None:
        """Return what a function that is written as an argument gets for a parameter, None where the callee does not tell."""
        del evaluator, path, scope, name
        return None

    def all_calls_known(self, evaluator: Evaluator, path: str, scope: int) -> bool:
        """Say whether nobody outside of its file can call a function, and in the file only by its name."""
        del evaluator, path, scope
        return False

    # What runs.

    def variable(self, name: str) -> str:
        """Return under which name a variable is bound that a receiver may name in another way."""
        return name

    def made_outside(self, evaluator: Evaluator, place: Place, call: Expression, called: Values) -> Values:
        """Return the objects that a call of somebody else's function makes, as ``Objects`` has them."""
        del evaluator, place, call, called
        return ANYTHING

    def reflected(self, evaluator: Evaluator, place: Place, callee: Expression, arguments: Arguments) -> tuple[Values, bool]:
        """Return what a call of somebody else's method runs of the program, and whether that is what no heir can have overridden."""
        del evaluator, place, callee, arguments
        return NOTHING, True

    def yielded(self, evaluator: Evaluator, place: Place, callee: Expression) -> Values:
        """Return what a call yields of which the callee does not tell it; nothing where the rest of the call does not either."""
        del evaluator, place, callee
        return NOTHING

    def runs_a_function(self, evaluator: Evaluator, method: Attribute) -> bool:
        """Say whether a method, called on a function, runs that function."""
        del evaluator, method
        return False

    def lacks(self, supertype: Value, name: str) -> bool:
        """Say whether somebody else's type is known to have no method of a name."""
        del supertype, name
        return False

    # Types.

    def literal(self, type_: str) -> Values:
        """Return a value of a built-in type; nothing for the null value."""
        return NOTHING if type_ in {"None", "null"} else frozenset({(EXTERNAL_INSTANCE, self.builtin_package, type_)})

    def instances(self, evaluator: Evaluator, place: Place, expression: Expression) -> Values:
        """Return instances of the type that an expression names."""
        operation = expression[0]
        if operation in {NAME, MEMBER}:
            return union(self.instance_of(evaluator, place, each) for _, each in evaluator.denoted(place, expression, as_type=True))
        if operation == INDEX:
            return self.instances(evaluator, place, expression[2])
        if operation == EITHER and expression[2]:
            return union(self.instances(evaluator, place, option) for option in expression[2])
        if operation == LITERAL:
            return self.literal(expression[2])
        return ANYTHING

    def instance_of(self, evaluator: Evaluator, place: Place, found: Attribute) -> Values:
        """Return instances of the type that a binding or value is."""
        del place
        values = evaluator.attribute_value(None, found)
        return union(self.made(value) for value in values)

    def made(self, value: Value) -> Values:
        """Return an instance of one class."""
        if value[0] == CLASS_OBJECT:
            return frozenset({(INSTANCE, value[1], value[2])})
        return frozenset({(EXTERNAL_INSTANCE, value[1], value[2])}) if value[0] == EXTERNAL_OBJECT else ANYTHING

    def gathered(self, taking: int, declared: Values) -> Values:
        """Return what a parameter holds that takes several arguments of a declared type."""
        del taking
        return declared

    def returned(self, evaluator: Evaluator, path: str, scope: int, declared: Values) -> Values:
        """Return what a call yields of a function with this declared result."""
        del evaluator, path, scope
        return declared

    def result_follows_receiver(self, evaluator: Evaluator, path: str, scope: int) -> bool:
        """Say whether a method that returns an instance of its own class gives one of the subclass that it is called on."""
        del evaluator, path, scope
        return True

    # Classes.

    def base(self, evaluator: Evaluator, path: str, root: int) -> Values:
        """Return what one base of a class is worth."""
        return evaluator.root(path, root)

    def linearize(self, evaluator: Evaluator, path: str, scope: int) -> tuple[Value, ...]:
        """Return a class and its supertypes in the order of look-up: depth first, first base first."""
        order: dict[Value, None] = {(CLASS_OBJECT, path, scope): None}
        for values in evaluator.bases(path, scope):
            for value in sorted(values, key=repr):
                if value[0] == CLASS_OBJECT:
                    order.update(dict.fromkeys(evaluator.lineage(value[1], value[2])))
                else:
                    order[value if value[0] == EXTERNAL_OBJECT else UNKNOWN] = None
        return tuple(order)

    def subtypes(self, evaluator: Evaluator, path: str, scope: int) -> list[tuple[str, int]]:
        """Return the known subtypes of a class, direct and indirect."""
        found = evaluator.answers.solve(("h", path, scope), lambda: self._find_subtypes(evaluator, path, scope))
        return sorted(each[1:] for each in found)

    def _find_subtypes(self, evaluator: Evaluator, path: str, scope: int) -> Values:
        of: Value = (CLASS_OBJECT, path, scope)
        name = evaluator.opened(of).name
        evaluator.look(f"heirs of {name}")
        found: set[Value] = set()
        for heir in self._heirs_of(evaluator, name).get(of, ()):
            found |= {heir, *((CLASS_OBJECT, *each) for each in self.subtypes(evaluator, heir[1], heir[2]))}
        return frozenset(found)

    def _heirs_of(self, evaluator: Evaluator, name: str) -> Mapping[Value, Sequence[Value]]:
        """Return the classes that have one of this name as a base, by that one."""
        if self._heirs is None:
            self._heirs = heirs_by_name(self.program)
        heirs = self._heirs.get(name)
        if not heirs:
            return {}
        pairs = evaluator.answers.solve(
            ("hn", name),
            lambda: frozenset((base, (CLASS_OBJECT, *heir)) for heir in heirs for values in evaluator.bases(*heir) for base in values),
        )
        known = self._direct.get(name)
        if known is None or known[0] is not pairs:
            known = self._direct[name] = (pairs, {})
            for base, heir in pairs:
                known[1].setdefault(base, []).append(heir)
        return known[1]

    def kept(self, evaluator: Evaluator, path: str) -> Iterable[Kept]:
        """Return the contracts that types keep without naming them as a base, where this file shows it."""
        del evaluator, path
        return ()

    # What is not in the program.

    def call_external(self, evaluator: Evaluator, callee: Value, place: Place, arguments: Arguments, passing: Values | None) -> Values:
        """Return what calling somebody else's function, or a method of a built-in value, yields."""
        del evaluator, callee, place, arguments, passing
        return ANYTHING

    def call_container(self, container: Value) -> Values:
        """Return what calling an instance of a built-in generic type yields."""
        del container
        return ANYTHING

    def iterated(self, evaluator: Evaluator, value: Value) -> Values:
        """Return what a loop over a value yields."""
        del evaluator
        return union(value[2]) if value[0] == CONTAINER and value[2] else ANYTHING

    def members(self, evaluator: Evaluator, value: Value) -> Values:
        """Return what all members of an object are worth."""
        del evaluator, value
        return ANYTHING

    def indexed(self, evaluator: Evaluator, place: Place, holder: Value, key: Expression) -> Values:
        """Return what ``holder[key]`` is worth."""
        del evaluator, place, key
        return holder[2][-1] if holder[0] == CONTAINER and holder[2] else ANYTHING

    def protocol_calls(self, evaluator: Evaluator, operation: int, value: Value) -> list[Denoted]:
        """Return the methods of a value that a loop over it or a block that enters it calls without naming them."""
        del evaluator, operation, value
        return []

    def entered(self, evaluator: Evaluator, values: Values) -> Values:
        """Return what a context manager yields."""
        del evaluator
        return values

    def imported(self, evaluator: Evaluator, path: str, imported: ImportedName) -> list[Attribute]:
        """Return all that an import brings, be it for calls or not."""
        return (self.import_ if imported.name else self.imported_module)(evaluator, path, imported)

    def constructors_of(self, evaluator: Evaluator, class_: Value, place: Place, arguments: Arguments) -> list[FoundBinding]:
        """Return the methods that may run when a class is instantiated with these arguments, where the program has them."""
        del place, arguments
        for name in self.constructors:
            for each in evaluator.attributes(class_, name):
                if not isinstance(each, frozenset) and each.binding.kind == DEFINITION:
                    return [each]
        return []
