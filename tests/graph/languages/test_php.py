"""What names of PHP resolve to, on small sources."""

from __future__ import annotations

from collections.abc import Collection
from textwrap import dedent

import pytest

from graph.build import resolve_files
from graph.model import EdgeKind, Evidence
from tests.graph.languages.expectations import USES, edges_of, used_in

STORE = """<?php
namespace App;
class Store { public function save(): void {} public static function open(): static { return new static; } }
"""


def targets(body: str, line: str, *, evidence: Evidence = Evidence.PROVEN, kinds: Collection[EdgeKind] = USES, **others: str) -> set[str]:
    """Return what ``line`` of a file in the namespace ``App`` uses; ``store.php`` has the class Store."""
    text = dedent(body)
    text = text if text.startswith("<?php") else f"<?php\nnamespace App;\n{text}"
    files = {"a.php": text, "store.php": STORE, **{f"{name}.php": other for name, other in others.items()}}
    found = used_in(files, line, evidence, kinds)
    return {each.removeprefix("a.php#App.").removeprefix("store.php#App.") for each in found}


def test_field_receiver_is_told_from_the_calling_method_of_the_same_name() -> None:
    """A typed property says whose method is called, however the calling method is named."""
    body = """
    class Service {
        private Store $store;
        public function __construct(private Store $other, Store $third) { $this->third = $third; }
        public function save() {
            $this->store->save();
            $this->other->save(); // promoted
            $this->third->save(); // assigned
        }
        public function both() { $this->save(); }
    }
    """
    assert targets(body, "$this->store->save") == {"Store.save"}
    assert targets(body, "// promoted") == {"Store.save"}
    assert targets(body, "// assigned") == {"Store.save"}
    assert targets(body, "both()") == {"Service.save"}


def test_third_party_type_is_no_local_namesake() -> None:
    """A class of another namespace is external, also where the program has a class of that name."""
    body = """
    use Vendor\\Db\\Store;
    function f(Store $s) { $s->save(); }
    function g(\\App\\Store $s) { $s->save(); } // own
    """
    assert targets(body, "function f") == set()
    assert targets(body, "function f", evidence=Evidence.EXTERNAL) == {"external:Vendor\\Db#Store.save"}
    assert targets(body, "// own") == {"Store.save"}


def test_built_in_functions_are_external_and_untyped_receivers_unknown() -> None:
    """A function of PHP has no namesake among the methods, and a receiver without a type is not guessed."""
    body = """
    class Count { public function count() {} public function save() {} }
    function f($x, array $list) { count($list); }
    function g($x) { $x->save(); }
    function h() { undefined_here(); }
    """
    assert targets(body, "function f", evidence=Evidence.EXTERNAL) == {"external:php#count"}
    assert targets(body, "function g", evidence=Evidence.UNKNOWN) == {"unknown:save"}
    assert targets(body, "function g") == set()
    assert targets(body, "function h", evidence=Evidence.UNKNOWN) == {"unknown:undefined_here"}


def test_parent_goes_above_the_class_and_its_traits() -> None:
    """``parent::`` is the class that is extended, with traits or without."""
    body = """
    trait Loud { public function go() {} public function shout() { $this->go(); } }
    class Base { public function go() {} public static function make() {} }
    class Plain extends Base { public function go() { parent::go(); } }
    class Both extends Base {
        use Loud { shout as cry; }
        public function run() { parent::go(); } // both
        public function own() { $this->go(); } // trait
        public function more() { $this->cry(); } // alias
    }
    """
    assert targets(body, "class Plain") == {"Base.go"}
    assert targets(body, "// both") == {"Base.go"}
    assert targets(body, "// trait") == {"Loud.go"}
    assert targets(body, "// alias") == {"Loud.shout"}


def test_constructor_chain() -> None:
    """Making an instance calls the constructor, the inherited one where there is no own."""
    body = """
    class Base { public function __construct() {} }
    class Mid extends Base { }
    class Leaf extends Mid { public function __construct() { parent::__construct(); } } // chain
    function f() { new Mid(); } // inherited
    """
    assert targets(body, "// chain") == {"Base.__construct"}
    assert targets(body, "// inherited") == {"Mid", "Base.__construct"}


def test_aliases_groups_and_functions_are_imported() -> None:
    """``use`` with an alias, in a group, of a function and of a constant names the thing itself."""
    lib = "<?php\nnamespace Lib;\nclass One { function go() {} }\nclass Two { function go() {} }\nfunction help() {}\nconst LIMIT = 3;\n"
    body = """
    use Lib\\One as Uno;
    use Lib\\{Two, function help as aid};
    use const Lib\\LIMIT as MAX;
    function f(Uno $a, Two $b) {
        $a->go(); // alias
        $b->go(); // group
        aid(); // function
        return MAX; // constant
    }
    """
    assert targets(body, "// alias", lib=lib) == {"lib.php#Lib.One.go"}
    assert targets(body, "// group", lib=lib) == {"lib.php#Lib.Two.go"}
    assert targets(body, "// function", lib=lib) == {"lib.php#Lib.help"}
    assert targets(body, "// constant", lib=lib, kinds={EdgeKind.REFERENCES}) == {"lib.php#Lib.LIMIT"}
    assert targets(body, "use Lib\\One", lib=lib, kinds={EdgeKind.IMPORTS, EdgeKind.REFERENCES}) == {"lib.php#Lib.One"}


def test_functions_fall_back_to_the_global_ones() -> None:
    """Without its own function a namespace has the global one; a whole name does not fall back."""
    lib = "<?php\nfunction help() {}\n"
    assert targets("function f() { help(); }", "function f", lib=lib) == {"lib.php#help"}
    assert targets("function f() { \\App\\help(); }", "function f", lib=lib) == set()
    assert targets("function help() {}\nfunction f() { help(); } // own", "// own", lib=lib) == {"help"}


@pytest.mark.parametrize(
    "line",
    [
        "Store::open()->save();",
        "(new Store)->save();",
        "$s = new Store(); $s->save();",
        "$s = Store::class; (new $s)->save();",
        "if ($x instanceof Store) { $x->save(); }",
        "if (!$x instanceof Store) { return; } $x->save();",
        "try {} catch (Store $e) { $e->save(); }",
        "foreach ($stores as $s) { $s->save(); }",
        "$f = fn(Store $s) => $s->save();",
        "$s = new Store; $f = function () use ($s) { $s->save(); };",
        "[$a, $s] = [1, new Store]; $s->save();",
        "$s = $x ?? new Store; $y = ['k' => new Store]; $y['k']->save();",
        "$s = match (1) { default => new Store }; $s->save();",
        "(clone $doc)?->save();",
        "many(...$stores)->save();",
    ],
)
def test_values_that_are_a_store(line: str) -> None:
    """Every way in which a variable gets its value shows its methods."""
    body = f"""
    /** @return ?Store */
    function many(Store ...$all) {{ return $all[0]; }}
    /**
     * @param Store[] $stores
     * @param \\App\\Store|null $doc
     */
    function f($x, $stores, $doc) {{
        {line} // here
    }}
    """
    assert "Store.save" in targets(body, "// here")


def test_static_members_constants_and_enum_cases() -> None:
    """``self``, ``static`` and a class's name reach constants, properties and methods, each kind in its own space of names."""
    body = """
    enum Suit: string { case Hearts = 'H'; public function label(): string { return self::Hearts->value; } }
    class Box {
        const label = 1;
        private static ?Store $label = null;
        public static function label() { return static::$label->save(); } // property
        public function all() { self::label(); Suit::Hearts->label(); } // methods
        public function read() { return self::label; } // constant
    }
    """
    assert targets(body, "// property") == {"Store.save"}
    assert {each.partition("~")[0] for each in targets(body, "// methods")} == {"Box.label", "Suit.label"}
    assert len(targets(body, "// constant", kinds={EdgeKind.READS})) == 1


def test_self_is_the_declaring_class_and_static_the_one_that_is_called() -> None:
    """A method that returns ``self`` gives the class it stands in also on a subclass; one that returns ``static`` gives the subclass."""
    body = """
    class A { function same(): static { return $this; } function up(): self { return new self; } function go() {} }
    class B extends A { function go() {} }
    function f(B $b) { $b->same()->go(); } // static
    function g(B $b) { $b->up()->go(); } // self
    """
    assert "B.go" in targets(body, "// static")
    assert targets(body, "// self") == {"A.up", "A.go"}


def test_includes_of_literal_paths_import_the_file() -> None:
    """``require`` of a path beside the file is an import; a computed one is not."""
    files = {"src/a.php": "<?php\nrequire_once __DIR__ . '/lib/x.php';\nrequire $y;\ninclude dirname(__DIR__) . '/z.php';\n"}
    found = edges_of({**files, "src/lib/x.php": "<?php\n", "z.php": "<?php\n"})
    assert {(e.line, e.target) for e in found if e.kind is EdgeKind.IMPORTS} == {(2, "src/lib/x.php"), (4, "z.php")}


def test_first_class_callables_attributes_and_anonymous_classes() -> None:
    """``f(...)`` refers to a function without calling it, an attribute makes an instance, and a nameless class has its members."""
    body = """
    #[Store]
    class Tag { function t() { $f = $this->t(...); } } // callable
    function f() { $o = new class extends Store { function own() { $this->save(); } }; }
    """
    assert targets(body, "#[Store]") == {"Store"}
    assert targets(body, "// callable") == set()
    assert targets(body, "// callable", kinds={EdgeKind.REFERENCES}) == {"Tag.t"}
    assert "Store.save" in targets(body, "new class")


def test_a_loop_without_braces_keeps_its_body() -> None:
    """The body may be a statement alone."""
    text = "<?php class Box { function open(): void {} } function run(Box $one): void { foreach ([1] as $each) $one->open(); }"
    graphs = list(resolve_files({"a.php": text.encode()}))
    proven = {edge.target for graph in graphs for edge in graph.edges if edge.kind is EdgeKind.CALLS and edge.evidence is Evidence.PROVEN}
    assert proven == {"a.php#Box.open"}


def test_the_hooks_of_a_property_see_what_is_written() -> None:
    """``$this`` is the object, ``$value`` or the hook's own parameter what is written; attributes and defaults are as elsewhere."""
    body = """
    class P {
        public Store $store {
            get { return $this->load(); } // get
            set(Store $v) { $v->save(); $local = $v; $local->save(); } // parameter
        }
        public Store $other = new Store { set => $value->save(); } // value
        public Store $plain { get => $this->load(); } // arrow
        private function load(): Store { return new Store; }
    }
    """
    assert targets(body, "// get") == targets(body, "// arrow") == {"P.load"}
    assert targets(body, "// parameter") == {"Store.save"}
    assert targets(body, "// value") == {"Store", "Store.save"}


def test_an_enum_yields_its_cases() -> None:
    """``from``, ``tryFrom`` and ``cases`` are PHP's and give instances of the enum; a method of that name that it has goes first."""
    body = """
    enum Suit: string {
        case A = 'a';
        public function label(): string { return 'x'; }
        public static function pick(): self { return self::from('a'); }
    }
    class Own { public static function from(): Store { return new Store; } }
    function f() {
        Suit::from('a')->label(); // from
        Suit::tryFrom('a')->label(); // try
        foreach (Suit::cases() as $each) { $each->label(); } // cases
        Own::from()->save(); // class
    }
    """
    for line in ("// from", "// try", "// cases"):
        assert targets(body, line) == {"Suit.label"}
    assert targets(body, "// from", evidence=Evidence.EXTERNAL) == {"external:php#BackedEnum.from"}
    assert targets(body, "// class") == {"Own.from", "Store.save"}


def test_a_part_of_a_list_that_is_left_out_counts() -> None:
    """``[, $b]`` takes the second part, as ``list()`` does."""
    body = """
    function f() {
        [, $b] = [1, new Store]; $b->save(); // short
        list(, $c) = [1, new Store]; $c->save(); // list
        [$d, , $e] = [new Store, 1, new Store]; $d->save(); $e->save(); // middle
    }
    """
    for line in ("// short", "// list", "// middle"):
        assert targets(body, line) == {"Store", "Store.save"}
