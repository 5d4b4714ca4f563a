"""The fixed point: the answers of a naive iteration over all questions, in whatever order they are asked."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from graph.values import ANYTHING, NOTHING, UNKNOWN, FixedPoint, Values, container, union

QUESTIONS = 7
Equations = dict[int, tuple[frozenset[int], frozenset[int]]]
"""By question: values it has itself, and questions whose answers it takes over."""

equations = st.fixed_dictionaries({
    each: st.tuples(st.frozensets(st.integers(0, 4), max_size=2), st.frozensets(st.integers(0, QUESTIONS - 1), max_size=3))
    for each in range(QUESTIONS)
})  # fmt: skip


def naive(system: Equations) -> dict[int, Values]:
    """Iterate over all questions until nothing changes."""
    answers: dict[int, Values] = dict.fromkeys(system, NOTHING)
    while True:
        new = {each: frozenset(("v", n) for n in own) | union(answers[other] for other in others) for each, (own, others) in system.items()}
        if new == answers:
            return answers
        answers = new


class Solver:
    """Asks a fixed point for the answers of a system, and looks at each question's name on the way."""

    def __init__(self, system: Equations) -> None:
        self.system: Equations = system
        self.point = FixedPoint()

    def ask(self, question: int) -> Values:
        return self.point.solve(question, lambda: self._answer(question))

    def _answer(self, question: int) -> Values:
        self.point.look(f"q{question}")
        own, others = self.system[question]
        return frozenset(("v", n) for n in own) | union(self.ask(other) for other in sorted(others))


def reachable(system: Equations, start: int) -> set[int]:
    """Return the questions an answer can rest on."""
    found, pending = {start}, [start]
    while pending:
        for other in system[pending.pop()][1] - found:
            found.add(other)
            pending.append(other)
    return found


@given(equations, st.permutations(range(QUESTIONS)))
def test_answers_are_the_least_fixed_point_in_any_order(system: Equations, order: list[int]) -> None:
    """Every answer equals that of a naive global iteration, wherever a cycle was entered."""
    solver, expected = Solver(system), naive(system)
    for question in order:
        assert solver.ask(question) == expected[question]
    assert {question: solver.ask(question) for question in order} == expected


NESTED_HEADS: Equations = {
    each: (frozenset[int](), frozenset(others)) for each, others in enumerate([[0, 2, 6], [], [3, 0], [1, 6], [], [], [0]])
}


@given(equations, st.permutations(range(QUESTIONS)))
@example(NESTED_HEADS, [1, 2, 0, 3, 4, 5, 6])  # 6 belongs to the cycle of 0, which belongs to that of 2 when 3 asks for 6
def test_an_answer_says_all_that_it_rests_on(system: Equations, order: list[int]) -> None:
    """What is noted covers every question that can be reached, kept answers included, and nothing outside of the program."""
    solver = Solver(system)
    for question in order:
        solver.point.start()
        solver.ask(question)
        noted = set(solver.point.names(solver.point.looked_at()))
        assert {f"q{each}" for each in reachable(system, question)} <= noted


@given(equations, st.integers(0, QUESTIONS - 1), st.integers(0, QUESTIONS - 1))
def test_forgetting_answers_again_what_rested_on_it(system: Equations, asked: int, changed: int) -> None:
    """After a question got another answer, forgetting its name brings all that rested on it up to date."""
    solver = Solver(system)
    for question in range(QUESTIONS):
        solver.ask(question)
    solver.system = {**system, changed: (frozenset({9}), frozenset[int]())}
    solver.point.forget(f"q{changed}")
    assert solver.ask(asked) == naive(solver.system)[asked]


def test_what_was_looked_at_can_be_asked_for() -> None:
    """Looking is noted until the next start."""
    point = FixedPoint()
    point.look("a")
    assert point.rests_on("a")
    assert not point.rests_on("b")
    assert point.names(point.looked_at()) == ["a"]
    point.start()
    assert point.names(point.looked_at()) == []


def test_containers_do_not_nest_without_end() -> None:
    """A container of containers of containers holds anything: the values of a program stay finite."""
    value: Values = frozenset({("i", "m.py", 1)})
    for _ in range(6):
        value = frozenset({container("list", value)})
    assert UNKNOWN in str_parts(value)
    assert union([]) == NOTHING
    assert union([ANYTHING, value]) == ANYTHING | value


def str_parts(values: Values) -> set[tuple[object, ...]]:
    """Return all values inside of values."""
    found: set[tuple[object, ...]] = set(values)
    for value in values:
        if value[0] == "g":
            found |= {each for part in value[2] for each in str_parts(part)}
    return found
