"""Java beside what Kotlin and Scala share with it: a local variable may hold a function, which calling its interface's method runs."""

from __future__ import annotations

from graph.evaluate import Arguments, Attribute, Denoted, Evaluator, FoundBinding, Place
from graph.flow import ABSTRACT, EITHER, METHOD, ROOT, Expression
from graph.languages import java_reflection, jvm_library
from graph.languages.jvm_rules import JvmRules
from graph.languages.overloads import is_definition
from graph.values import ANYTHING, BUILTIN_METHOD, EXTERNAL_OBJECT, FUNCTION_OBJECT, Value, Values


class JavaRules(JvmRules):
    """Java's rules over one program."""

    objects_decide = True
    makers = java_reflection.MAKING

    def variable(self, name: str) -> str:
        """Return the name of the variable itself, where a receiver is looked up by what is known of it beside."""
        return name.removesuffix("()")

    def made_outside(self, evaluator: Evaluator, place: Place, call: Expression, called: Values) -> Values:
        """Return the classes, methods and instances that reflection makes."""
        return java_reflection.made(evaluator, place, call, called)

    def reflected(self, evaluator: Evaluator, place: Place, callee: Expression, arguments: Arguments) -> tuple[Values, bool]:
        """Return what a call runs by reflection."""
        return java_reflection.runs(evaluator, place, callee, arguments)

    def yielded(self, evaluator: Evaluator, place: Place, callee: Expression) -> Values:
        """Return what a call yields that is made by reflection."""
        return java_reflection.read(evaluator, place, callee)

    def lacks(self, supertype: Value, name: str) -> bool:
        """Say whether a foreign type is known to have no method of a name."""
        return jvm_library.lacks(supertype, name)

    def runs_a_function(self, evaluator: Evaluator, method: Attribute) -> bool:
        """Say whether a method is the one that a function is written for."""
        if isinstance(method, FoundBinding):
            return is_definition(method) and bool(evaluator.flow(method.path).scopes[method.binding.target].flags & ABSTRACT)
        return all(
            each[0] in {BUILTIN_METHOD, EXTERNAL_OBJECT} and each[2].rpartition(".")[2] in jvm_library.FUNCTIONAL_METHODS for each in method
        )

    def instances(self, evaluator: Evaluator, place: Place, expression: Expression) -> Values:
        """Return instances of the type that an expression names; of a function that is held beside it, the function."""
        if expression[0] == EITHER and expression[2] and expression[2][-1][0] in {ROOT, METHOD}:
            declared, held = expression[2]
            return self.instances(evaluator, place, declared) | (evaluator.value(place, held) - ANYTHING)
        return super().instances(evaluator, place, expression)

    def special_attributes(self, evaluator: Evaluator, holder: Value, name: str) -> list[Attribute]:
        """Return a function itself for any of its members: ``applicable`` tells which of them runs it."""
        if holder[0] == FUNCTION_OBJECT:
            return [frozenset({holder})]
        return super().special_attributes(evaluator, holder, name)

    def applicable(self, evaluator: Evaluator, place: Place, found: list[Denoted], arguments: Arguments) -> list[Denoted]:
        """Return the overloads that a call can mean, and the function that the abstract method of an interface stands for."""
        functions = [(holder, each) for holder, each in found if holder is not None and holder[0] == FUNCTION_OBJECT]
        if not functions:
            return super().applicable(evaluator, place, found, arguments)
        declared = [each for each in found if each not in functions]
        chosen = super().applicable(evaluator, place, declared, arguments)
        return [*chosen, *functions] if chosen and all(self.runs_a_function(evaluator, each) for _, each in chosen) else chosen


RULES = JavaRules
