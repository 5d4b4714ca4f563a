"""JavaScript and its dialects: what types mean, and what the language's own functions give."""

from __future__ import annotations

from collections.abc import Sequence

from graph.bindings import Arguments, Attribute, Denoted, FoundBinding, Place
from graph.evaluate import Evaluator
from graph.flow import (
    BASE,
    CAST,
    CLASS,
    CLASS_SCOPE,
    ELEMENT,
    FIELD,
    INDEX,
    LITERAL,
    MEMBER,
    NAME,
    REST,
    ROOT,
    SELF,
    SEQUENCE,
    TYPE,
    VARIABLE,
    WRITTEN_OUT,
    Expression,
)
from graph.languages import javascript_builtins as builtins
from graph.languages.javascript_objects import JavaScriptObjects
from graph.values import (
    ANYTHING,
    ARGUMENT,
    BUILTIN_METHOD,
    CLASS_OBJECT,
    CONTAINER,
    EXTERNAL_INSTANCE,
    EXTERNAL_OBJECT,
    FUNCTION_OBJECT,
    INSTANCE,
    SITE,
    UNKNOWN,
    Value,
    Values,
    container,
    union,
)


class JavaScriptRules(JavaScriptObjects):
    """The rules of JavaScript and its dialects over one program."""

    constructors = ("constructor",)
    builtin_package = "javascript"
    functions_have_receivers = True

    # Types.

    def literal(self, type_: str) -> Values:
        """Return a value of a built-in type; nothing for null and undefined."""
        return builtins.literal(type_)

    def instances(self, evaluator: Evaluator, place: Place, expression: Expression) -> Values:
        """Return instances of the type that an expression names."""
        operation = expression[0]
        if operation == INDEX:
            arguments = expression[3][3] if expression[3][0] == SEQUENCE else (expression[3],)
            return self._generic(evaluator, place, expression[2], arguments)
        if operation == SEQUENCE:
            parts = tuple(self.instances(evaluator, place, each) for each in expression[3])
            return frozenset({container(expression[2], *parts)})
        if operation == CLASS:
            return frozenset({(INSTANCE, place[0], expression[2])})
        if operation == SELF:
            return evaluator.receiver(place[0], place[1])
        if operation == CAST:
            return self.instances(evaluator, place, expression[2])
        if operation == ROOT:
            at: int = expression[2]
            root = evaluator.flow(place[0]).roots[at]
            return evaluator.root(place[0], expression[2]) if root.purpose != TYPE else evaluator.declared(place[0], expression[2])
        return super().instances(evaluator, place, expression)

    def instance_of(self, evaluator: Evaluator, place: Place, found: Attribute) -> Values:
        """Return instances of the class, interface, alias, type parameter or constructor function that a name is bound to."""
        if isinstance(found, FoundBinding):
            binding = found.binding
            if binding.kind == VARIABLE and binding.type < 0:
                if binding.value < 0:
                    return ANYTHING
                if evaluator.flow(found.path).roots[binding.value].purpose == TYPE:
                    return evaluator.declared(found.path, binding.value)
            if binding.kind == FIELD and binding.type >= 0:
                return evaluator.worth(found)
            if binding.kind == FIELD and evaluator.flow(found.path).scopes[max(found.scope, 0)].kind == CLASS_SCOPE and binding.value < 0:
                return frozenset({(INSTANCE, found.path, found.scope)})
            found = evaluator.worth(found)
        return union(self.made(value) for value in found)

    def made(self, value: Value) -> Values:
        """Return an instance of one class, or of a function that is used as one."""
        if value[0] == FUNCTION_OBJECT:
            return frozenset({(INSTANCE, value[1], value[2])})
        if value[0] == EXTERNAL_OBJECT and value[1] == "javascript" and value[2] in builtins.CONTAINERS:
            return frozenset({(CONTAINER, value[2], ())})
        if value[0] == EXTERNAL_OBJECT and value[1] == "javascript" and value[2] == "Object":
            return ANYTHING
        return super().made(value)

    def _generic(self, evaluator: Evaluator, place: Place, of: Expression, arguments: Sequence[Expression]) -> Values:
        found: set[Value] = set()
        for _, each in evaluator.denoted(place, of, as_type=True):
            values = () if isinstance(each, FoundBinding) else each
            if not values:
                found |= self.instance_of(evaluator, place, each)
            for value in values:
                symbol = value[2] if value[0] == EXTERNAL_OBJECT and value[1] == "javascript" else ""
                if symbol in builtins.TRANSPARENT_TYPES and arguments:
                    found |= evaluator.awaited(self.instances(evaluator, place, arguments[0]))
                elif symbol in {"ReturnType", "InstanceType"} and arguments:
                    found |= self._made_by(evaluator, self.instances(evaluator, place, arguments[0]), symbol)
                elif symbol == "Record" and len(arguments) > 1:
                    found.add(container("Record", self.instances(evaluator, place, arguments[1])))
                elif symbol in builtins.CONTAINERS:
                    found.add(container(symbol, *(self.instances(evaluator, place, each) for each in arguments)))
                else:
                    found |= self.instance_of(evaluator, place, frozenset({value}))
        return frozenset(found)

    def _made_by(self, evaluator: Evaluator, values: Values, symbol: str) -> Values:
        if symbol == "InstanceType":
            return union(self.made(value) for value in values)
        return union(evaluator.result(value[1], value[2], None) if value[0] == FUNCTION_OBJECT else ANYTHING for value in values)

    def gathered(self, taking: int, declared: Values) -> Values:
        """Return what a rest parameter holds, whose declared type is that of the array."""
        del taking
        return declared

    def base(self, evaluator: Evaluator, path: str, root: int) -> Values:
        """Return what one base is worth: a class, or what a type is an instance of."""
        found = evaluator.flow(path).roots[root]
        if found.purpose == TYPE or (found.expression is not None and found.expression[0] == INDEX):
            return _classes(evaluator.declared(path, root))
        if found.purpose == BASE and found.expression is not None and found.expression[0] in {NAME, MEMBER}:
            return _classes(
                union(
                    self.instance_of(evaluator, evaluator.place(path, root), each)
                    for _, each in evaluator.denoted(evaluator.place(path, root), found.expression, as_type=True)
                )
            )
        return evaluator.root(path, root)

    # What is not in the program.

    def call_external(self, evaluator: Evaluator, callee: Value, place: Place, arguments: Arguments, passing: Values | None) -> Values:
        """Return what calling a function of the language yields."""
        del passing
        if callee[0] == BUILTIN_METHOD:
            return builtins.call_method(evaluator, self, callee[1], callee[2], place, arguments)
        if callee[1] == "javascript":
            return builtins.call_global(evaluator, self, callee[2], place, arguments)
        return ANYTHING

    def protocol_calls(self, evaluator: Evaluator, operation: int, value: Value) -> list[Denoted]:
        """Return the methods by which a loop goes over an instance."""
        if operation != ELEMENT:
            return []
        found: list[Denoted] = []
        for name in ("[Symbol.iterator]", "[Symbol.asyncIterator]"):
            found += [(value, each) for each in evaluator.own_attributes(value, name)]
            made = union(evaluator.called(method, None, ()) for method in evaluator.member(value, name))
            found += [
                (each, step) for each in sorted(made, key=repr) if each[0] == INSTANCE for step in evaluator.own_attributes(each, "next")
            ]
        return found

    def iterated(self, evaluator: Evaluator, value: Value) -> Values:
        """Return what a loop over a value yields."""
        if value[0] == INSTANCE:
            iterators = union(evaluator.called(each, None, ()) for each in evaluator.member(value, "[Symbol.iterator]"))
            steps = union(
                evaluator.called(each, None, ())
                for iterator in iterators
                if iterator[0] == INSTANCE
                for each in evaluator.member(iterator, "next")
            )
            found = union(evaluator.member(step, "value") for step in steps)
            return found | evaluator.elements(self, (each for each in iterators if each[0] != INSTANCE))
        return builtins.iterated(evaluator, value)

    def members(self, evaluator: Evaluator, value: Value) -> Values:
        """Return what all members of a written-out object are worth."""
        if value[0] != INSTANCE or not evaluator.opened(value).flags & WRITTEN_OUT:
            return evaluator.elements(self, (value,)) if value[0] == CONTAINER else ANYTHING
        return union(evaluator.member(value, name) for name in evaluator.opened(value).names)

    def indexed(self, evaluator: Evaluator, place: Place, holder: Value, key: Expression) -> Values:
        """Return what ``holder[key]`` is worth: of a written-out object the member of a key that is known, else any."""
        if holder[0] == ARGUMENT:
            passed = evaluator.arguments(holder)
            return union(evaluator.items(each, key) if each[0] == SITE else self.indexed(evaluator, place, each, key) for each in passed)
        if holder[0] == CONTAINER and holder[2] and holder[1] != "Callable":
            if holder[1] == "tuple" and key[0] == LITERAL and key[3].isdigit() and int(key[3]) < len(holder[2]):
                return holder[2][int(key[3])]
            return union(holder[2])
        if holder[0] == INSTANCE and evaluator.opened(holder).flags & WRITTEN_OUT:
            if key[0] == LITERAL and key[3]:
                return evaluator.member(holder, key[3])
            return self.members(evaluator, holder) | ANYTHING
        return ANYTHING

    def given(self, evaluator: Evaluator, path: str, scope: int, name: str) -> Values | None:
        """Return what a written-out callback gets for a parameter."""
        function = evaluator.flow(path).scopes[scope]
        position = next((at for at, each in enumerate(function.parameters) if each.name == name), 0)
        if function.parameters[position].taking == REST:
            return None
        found: set[Value] = set()
        for callee in evaluator.root(path, function.context):
            if callee[0] == FUNCTION_OBJECT:
                given = self._given_by(evaluator, callee, function.context_position, position)
            else:
                given = builtins.given_to_callback(evaluator, self, callee, function.context_position, position)
            if given is None:
                return None
            found |= given
        return frozenset(found) or None

    def _given_by(self, evaluator: Evaluator, callee: Value, argument: int, position: int) -> Values | None:
        """Return what the declared type of a function's parameter says about the parameters of the function that it takes."""
        parameters = evaluator.opened(callee).parameters
        if argument >= len(parameters) or parameters[argument].type < 0:
            return None
        found: set[Value] = set()
        for value in evaluator.declared(callee[1], parameters[argument].type):
            if value[0] != CONTAINER or value[1] != "Callable" or len(value[2]) < position + 2:
                return None
            found |= value[2][position + 1]
        return frozenset(found) if found and UNKNOWN not in found else None


def _classes(values: Values) -> Values:
    found = {(CLASS_OBJECT, *value[1:]) if value[0] == INSTANCE else value for value in values}
    return frozenset((EXTERNAL_OBJECT, *value[1:]) if value[0] == EXTERNAL_INSTANCE else value for value in found) or ANYTHING


RULES = JavaScriptRules
