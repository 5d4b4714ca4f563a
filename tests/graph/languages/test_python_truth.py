"""Python: programs that would make a rule lie which only looks at how something is written."""

from __future__ import annotations

from tests.graph.languages.expectations import check, edges_of

SHAPES = """
class Shape:
    def area(self): ...
class Circle(Shape):
    def area(self): ...
class Square(Shape):
    def area(self): ...
"""


def test_what_a_folder_holds_first_does_not_say_what_it_is() -> None:
    """A folder without a file of its own is a module of Python's, also where its first file, or every file, is another language's."""
    files = {
        "own/contrib/admin/a.js": "export const a = 1;\n",
        "own/__init__.py": "",
        "own/contrib/auth/use.py": "import own.contrib.auth.models\nimport own.contrib.admin\nown.contrib.auth.models.User()  # = User\n",
        "own/contrib/auth/models.py": "class User: ...\n",
    }
    edges = edges_of({**files, "own/contrib/auth/use.py": f"{files['own/contrib/auth/use.py']}own.contrib.admin.a()\n"})
    assert {edge.target for edge in edges if edge.line == 3 and edge.kind == "instantiates"} == {"own/contrib/auth/models.py#User"}
    assert {edge.target for edge in edges if edge.line == 4 and edge.kind == "calls"} == {"unknown:a"}


def test_only_the_cast_of_typing_is_one() -> None:
    """Databases have a ``cast``, too, and so may the program."""
    check({
        "own.py": f"""{SHAPES}
def cast(kind, value):
    return Square()
def use(x):
    cast(Circle, x).area()  # = cast Square.area
""",
        "foreign.py": f"""{SHAPES}
from sqlalchemy import cast
def use(x):
    cast(Circle, x).area()  # =
    cast("Circle", x).area()  # =
""",
        "either.py": f"""{SHAPES}
try:
    from typing import cast
except ImportError:
    from typing_extensions import cast
def use(x):
    cast("Circle", x).area()  # = Circle.area
""",
    })  # fmt: skip


def test_a_name_says_nothing_about_a_foreign_function() -> None:
    """What ``copy.copy`` yields is like what it is given, which ``shutil.copy`` does not say, nor ``abs`` of an object."""
    check({
        "a.py": f"""{SHAPES}
import copy, lib, shutil
from functools import partial
copy.copy(Circle()).area()  # = Circle Circle.area
partial(Circle)().area()  # = Circle Circle.area
shutil.copy(Circle(), "there").area()  # = Circle
lib.partial(Circle()).area()  # = Circle
abs(Circle()).area()  # = Circle
""",
    })


def test_a_class_that_is_known_stays_known_where_it_is_tested() -> None:
    """``issubclass`` tells no more of it, and of several those that it lets through."""
    check({
        "a.py": f"""{SHAPES}
def known():
    kind = Circle
    if issubclass(kind, Shape):
        kind()  # = Circle
def several(which):
    kind = Circle if which else str
    if issubclass(kind, Shape):
        kind()  # = Circle
def given(kind):
    if issubclass(kind, Shape):
        kind()  # = Shape
""",
    })


def test_a_branch_may_leave_a_built_in_name_as_it_is() -> None:
    """So the built-in one may still be meant behind it, in the module as in its functions, and is not within it."""
    check({
        "a.py": f"""{SHAPES}
import sys
if sys.flags.utf8_mode:
    open = Circle
    open("name")  # = Circle
open("name")  # = ?Circle
def use():
    open("name")  # = ?Circle
""",
    })


def test_alternatives_of_a_pattern() -> None:
    """A wildcard takes all; a name that each alternative binds is what any of them gives it, and no longer what it was."""
    check({
        "a.py": f"""{SHAPES}
class Line(Shape):
    def area(self): ...
def use(it):
    found = Line()
    match it:
        case (Circle() as found) | (Square() as found):
            found.area()  # = ?Circle.area ?Square.area
        case Circle() | _:
            it.area()  # =
""",
        "b.py": """
class list:
    def area(self): ...
def use(it):
    match it:
        case list(first):
            first.area()  # =
""",
    })  # fmt: skip


def test_functions_that_have_names_of_built_in_ones() -> None:
    """They test nothing, and get nothing."""
    check({
        "a.py": f"""{SHAPES}
def getattr(it, name):
    return Square()
def use(it, type, isinstance):
    if type(it) is Circle:
        it.area()  # =
    if isinstance(it, Circle):
        it.area()  # =
    getattr(Circle(), "area").area()  # = Circle getattr Square.area
""",
    })


def test_what_is_picked_may_be_the_default() -> None:
    """What a key is taken with is none of what is picked."""
    check({
        "a.py": f"""{SHAPES}
def key(it):
    return it
def use(all: list[Circle], *given):
    next(iter(all)).area()  # = Circle.area
    next(iter(all), Square()).area()  # = Square ?Circle.area ?Square.area
    max(all, key=key).area()  # = Circle.area
    min(all, key=key, default=Square()).area()  # = Square ?Circle.area ?Square.area
    min(Circle(), Circle(), key=key).area()  # = Circle Circle.area
    min(*given).area()  # =
""",
    })
