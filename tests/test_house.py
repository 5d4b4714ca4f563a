"""The house stands as it was drawn: sizes, top levels, markers, and the rules no other tool checks."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("ingest", "retrieval", "graph", "serve", "eval")
MODULE_LINES = 450
FUNCTION_LINES = 50
ENVIRONMENT_READER = "serve/settings.py"
DYNAMIC_IMPORTER = "ingest/parse.py"


def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def modules() -> list[Path]:
    return sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def names_used(path: Path) -> set[str]:
    """Dotted names a module reads or imports, e.g. ``os.environ``."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.Attribute):
            found.add(ast.unparse(node))
        elif isinstance(node, ast.Name):
            found.add(node.id)
    return found


def readme_command(label: str) -> str:
    """The shell lines of README's block whose fence reads ```` ```sh <label> ````."""
    blocks = re.findall(rf"^```sh {label}\n(.*?)^```$", (ROOT / "README.md").read_text(), flags=re.MULTILINE | re.DOTALL)
    assert len(blocks) == 1, f"README.md needs exactly one block that opens with ```sh {label}"
    return blocks[0].strip()


def test_the_wheel_holds_the_five_packages_and_nothing_else() -> None:
    """Build, wheel check, import-linter, import order and coverage agree on what the packages are."""
    tool = project()["tool"]
    assert set(tool["hatch"]["build"]["targets"]["wheel"]["packages"]) == set(PACKAGES)
    assert set(tool["check-wheel-contents"]["toplevel"]) == set(PACKAGES)
    assert set(tool["importlinter"]["root_packages"]) == set(PACKAGES)
    assert set(tool["coverage"]["run"]["source"]) == set(PACKAGES) - {"serve"}
    assert set(tool["ruff"]["lint"]["isort"]["known-first-party"]) == set(PACKAGES)
    assert set(tool["pyright"]["include"]) == {*PACKAGES, "tests"}


@pytest.mark.parametrize("package", PACKAGES)
def test_every_package_says_that_it_is_typed(package: str) -> None:
    assert (ROOT / package / "py.typed").is_file()


def test_no_package_can_be_run_as_a_module() -> None:
    """`python -m serve` would put the caller's folder on the path; the console script is the only door."""
    assert [relative(path) for path in modules() if path.name == "__main__.py"] == []
    assert project()["project"]["scripts"] == {"codelore": "serve.cli:main"}


def test_modules_stay_short() -> None:
    lengths = {relative(path): len(path.read_bytes().splitlines()) for path in modules()}
    assert {name: lines for name, lines in lengths.items() if lines > MODULE_LINES} == {}


def test_functions_stay_short() -> None:
    long = {
        f"{relative(path)}:{node.lineno} {node.name}": lines
        for path in modules()
        for node in functions(path)
        if (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION_LINES
    }
    assert long == {}


def test_only_the_settings_read_the_environment() -> None:
    """The linter's ban can be silenced with a comment; this one cannot."""
    readers = {relative(path) for path in modules() if {"os.environ", "os.environb", "os.getenv"} & names_used(path)}
    assert readers <= {ENVIRONMENT_READER}


def test_only_the_parser_imports_by_name() -> None:
    """import-linter sees import statements only, so an import by string could pass its contracts."""
    by_name = {"importlib.import_module", "import_module", "__import__"}
    importers = {relative(path) for path in modules() if by_name & names_used(path)}
    assert importers <= {DYNAMIC_IMPORTER}


def test_the_eval_package_never_hides_the_builtin() -> None:
    """After `import eval.x` the name `eval` is a module; only `from eval.x import y` is allowed."""
    hiding = [
        f"{relative(path)}:{node.lineno}"
        for path in [*modules(), *sorted(set((ROOT / "tests").rglob("*.py")) - set((ROOT / "tests" / "repos").rglob("*.py")))]
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.Import) and any(alias.name.split(".")[0] == "eval" for alias in node.names)
    ]
    assert hiding == []


def test_every_runtime_dependency_is_explained() -> None:
    """docs/design.md says of each library why it is here."""
    libraries = (ROOT / "docs" / "design.md").read_text().partition("\n## Libraries\n")[2].partition("\n## ")[0]
    names = [re.split(r"[<>=\[ ]", requirement)[0] for requirement in project()["project"]["dependencies"]]
    grammars = [name for name in names if name.startswith("tree-sitter-")]
    assert "tree-sitter-<language>" in libraries
    assert [name for name in names if name not in grammars and f"**{name}**" not in libraries] == []


@pytest.mark.parametrize("label", ["demo", "test"])
def test_the_readme_commands_are_make_targets(label: str) -> None:
    """Both commands of README.md exist, so a reader who types them gets what is written beside them."""
    command = readme_command(label)
    assert command.startswith("make ")
    target = command.split()[1]
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)


def test_the_gate_reads_its_test_command_from_the_readme() -> None:
    """The command has one home; `.ci/run` extracts it and never spells it."""
    assert readme_command("test") not in (ROOT / ".ci" / "run").read_text()


def test_every_change_fragment_has_a_known_type() -> None:
    """A fragment towncrier does not know would silently be left out of the changelog."""
    types = {entry["directory"] for entry in project()["tool"]["towncrier"]["type"]}
    strays = [
        path.name
        for path in (ROOT / "changelog.d").iterdir()
        if path.name != "README.md" and not re.fullmatch(rf"(\d+|\+[\w-]+)\.({'|'.join(types)})\.md", path.name)
    ]
    assert strays == []


def test_every_document_is_listed() -> None:
    """docs/index.md links each document beside it."""
    index = (ROOT / "docs" / "index.md").read_text()
    assert [path.name for path in (ROOT / "docs").glob("*.md") if path.name != "index.md" and f"]({path.name})" not in index] == []
