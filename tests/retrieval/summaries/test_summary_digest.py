"""What a file says by itself: definitions that stand by themselves, which of them others may use, where programs begin."""

import pytest

from ingest.analyze import analyze
from retrieval.summaries.digest import Digest, digest_of, is_configuration


def digest(path: str, text: str) -> Digest:
    return digest_of(path, analyze(path, text.encode())[0])


def defined(path: str, text: str) -> list[tuple[str, bool, int]]:
    return [(each.symbol.qualified_name, each.exported, each.members) for each in digest(path, text).defined]


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("a.py", "class A:\n    x = 1\n    def f(self): ...\n\ndef _g():\n    def local(): ...\n", [("A", True, 2), ("_g", False, 0)]),
        (
            "a.go",
            "package a\ntype Mux struct {\n\tx int\n}\nfunc (m *Mux) Use() {}\nfunc use() {}\n",
            [("Mux", True, 2), ("use", False, 0)],
        ),
        (
            "a.rs",
            "pub struct S;\nimpl S {\n    pub fn f(&self) {}\n}\nimpl Tr for S {\n    type Out = u8;\n}\nfn g() {}\n"
            "mod tests {\n    fn t() {}\n}\n#[macro_export]\nmacro_rules! m { () => {} }\n",
            [("S", True, 2), ("g", False, 0), ("m", True, 0)],
        ),
        ("a.ts", "export function a() {}\nfunction b() {}\n", [("a", True, 0), ("b", False, 0)]),
        ("a.js", "function a() {}\nmodule.exports = { a }\n", [("a", True, 0)]),  # a list of exports says nothing at the definition
        ("A.java", "package a;\npublic class A {\n  private int x;\n}\n", [("A", True, 1)]),
        ("a.c", "static int f(void) { return 1; }\nint g(void) { return f(); }\n", [("f", False, 0), ("g", True, 0)]),
        ("a.py", "def f(): ...\ndef f(): ...\n__all__ = []\n", [("f", True, 0)]),
    ],
)
def test_definitions_that_stand_by_themselves(path: str, text: str, expected: list[tuple[str, bool, int]]) -> None:
    assert defined(path, text) == expected


@pytest.mark.parametrize(
    ("path", "text", "mains"),
    [
        ("a.py", "x = 1\nif __name__ == '__main__':\n    x\n", (('if __name__ == "__main__"', 2),)),
        ("a.go", "package main\nfunc main() {}\n", (("main", 2),)),
        ("a.go", "package other\nfunc main() {}\n", ()),
        ("a.rs", "fn main() {}\n", (("main", 1),)),
        ("a.rs", "mod tests {\n    fn main() {}\n}\n", ()),
        ("A.java", "class A {\n  public static void main(String[] a) {}\n}\n", (("A.main", 2),)),
        ("A.java", "class A {\n  public void main(String[] a) {}\n}\n", ()),
        ("A.scala", "object A {\n  def main(args: Array[String]): Unit = ()\n}\n", (("A.main", 2),)),
        ("run", "#!/bin/bash\necho hi\n", (("#!/bin/bash", 1),)),
        ("a.rs", "#![allow(x)]\nfn f() {}\n", ()),
        ("a.py", "def main(): ...\n", ()),  # a function of that name runs nothing in Python
    ],
)
def test_where_a_program_begins(path: str, text: str, mains: tuple[tuple[str, int], ...]) -> None:
    assert digest(path, text).mains == mains


def test_scripts_are_read_from_manifests_alone() -> None:
    text = '[project.scripts]\nshop = "shop.web:main"\n\n[tool.poetry.scripts]\nold = "shop.old:main"\n'
    assert digest("x/pyproject.toml", text).scripts == (("shop", "shop.web:main", 2), ("old", "shop.old:main", 5))
    assert digest("other.toml", text).scripts == ()
    assert digest("package.json", '{\n "bin": "cli.js"\n}\n').scripts == (("bin", "cli.js", 2),)


def test_a_file_says_which_package_it_is_in() -> None:
    assert digest("go.mod", "module example.com/a/v2\n").package == "example.com/a/v2"
    assert digest("go.mod", "go 1.22\n").package == ""
    assert digest("A.java", "package a.b;\nclass A {}\n").package == "a.b"
    assert digest("a.py", "class A: ...\n").package == ""


def test_a_document_says_its_first_paragraph_and_headings() -> None:
    readme = digest(
        "README.md", "# Shop\n\n[![x](y)](z)\n\nA shop that sells.\n\n## Use\n\nBuy.\n\n### Deep\n\n#### Deeper\n\nText here.\n"
    )
    assert readme.doc == ("A shop that sells.", 5)
    assert [text for text, _ in readme.headings] == ["Shop", "Use"]
    assert digest("a.yaml", "a: some words here\n").doc == ("", 0)
    assert digest("a.md", "Only words.\n").headings == ()


def test_a_definition_that_fills_its_file_speaks_for_it() -> None:
    big = "import os\n\n\ndef setup():\n    " + '"""Set up the whole thing."""\n' + "    x = 1\n" * 9
    assert digest("a.py", big).doc == ("Set up the whole thing.", 4)
    named = "import os\n\n\nclass Cart:\n    " + '"""Holds many things."""\n' + "\n\nx = 1\n" * 9
    assert digest("cart.py", named).doc == ("Holds many things.", 4)
    assert digest("other.py", named).doc == ("", 0)


def test_settings_are_told_from_prose() -> None:
    assert is_configuration("yaml")
    assert not is_configuration("markdown")
