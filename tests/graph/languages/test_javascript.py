"""What names of JavaScript and TypeScript resolve to, on small sources."""

from __future__ import annotations

import pytest

from graph.model import EdgeKind, Evidence
from tests.graph.languages.expectations import edges_of, ends, used_in


def test_field_receiver_is_told_from_the_calling_method_of_the_same_name() -> None:
    """`this.store.save()` in `save` calls the field's class, whatever way the field got its type."""
    files = {
        "service.ts": """
        import { Store } from "./store";
        class Service {
          #own = new Store();
          constructor(private store: Store, other: Store) { this.other = other; }
          save() {
            this.store.save();
            this.#own.save(1);
            this.other.save(2);
            this.save(3);
          }
        }
        """,
        "store.ts": "export class Store { save() {} }",
    }
    assert used_in(files, "this.store.save()") == {"store.ts#Store.save"}
    assert used_in(files, "this.#own.save(1)") == {"store.ts#Store.save"}
    assert used_in(files, "this.other.save(2)") == {"store.ts#Store.save"}
    assert used_in(files, "this.save(3)") == {"service.ts#Service.save"}


def test_third_party_types_are_not_their_local_namesakes() -> None:
    """What comes from another package is external, with the package's name, though the file has a class of that name."""
    files = {
        "client.ts": """
        import axios, { Session } from "@http/client/web";
        import { Session as Own } from "./session";
        import fs from "fs";
        const far = new Session();
        far.get();
        axios.get();
        fs.readFile("x");
        new Own().get(1);
        """,
        "session.ts": "export class Session { get() {} }",
    }
    assert used_in(files, "new Session()") == set()
    assert used_in(files, "new Session()", evidence=Evidence.EXTERNAL) == {"external:@http/client#web.Session"}
    assert used_in(files, "far.get()", evidence=Evidence.EXTERNAL) == {"external:@http/client#web.Session.get"}
    assert used_in(files, "axios.get()", evidence=Evidence.EXTERNAL) == {"external:@http/client#web.get"}
    assert used_in(files, "fs.readFile", evidence=Evidence.EXTERNAL) == {"external:node:fs#readFile"}
    assert used_in(files, "new Own().get(1)") == {"session.ts#Session", "session.ts#Session.get"}


def test_collection_methods_are_not_their_project_namesakes() -> None:
    """Methods of arrays, maps and promises are the language's; what they hold has its type."""
    files = {
        "a.ts": """
        class Basket { push(x: number) {} get() {} then() {} pick() {} }
        const list: Basket[] = [];
        const map = new Map<string, Basket>();
        list.push(new Basket);
        map.get("a")!.pick();
        list.find((each) => each.get())!.then();
        async function later(): Promise<Basket> { return list[0]; }
        later().then((basket) => basket.pick(1));
        async function all() { (await later()).push(1); }
        for (const each of list) each.pick(2);
        const { pick } = list[0]; pick();
        """
    }
    assert used_in(files, "list.push(new Basket)") == {"a.ts#Basket"}
    assert used_in(files, "list.push(new Basket)", evidence=Evidence.EXTERNAL) == {"external:javascript#Array.push"}
    assert used_in(files, 'map.get("a")') == {"a.ts#Basket.pick"}
    assert used_in(files, "list.find(") == {"a.ts#Basket.get", "a.ts#Basket.then"}
    assert used_in(files, "later().then") == {"a.ts#later", "a.ts#Basket.pick"}
    assert used_in(files, "await later()") == {"a.ts#later", "a.ts#Basket.push"}
    assert used_in(files, "each.pick(2)") == {"a.ts#Basket.pick"}
    assert used_in(files, "const { pick }") == {"a.ts#Basket.pick"}


def test_super_and_constructors_go_up_the_chain() -> None:
    """`super.m()` skips the class itself, `super()` and `new` reach the constructor that runs."""
    files = {
        "a.js": """
        class A { constructor() { this.init(); } init() {} area() {} static make() { return new this(); } }
        class B extends A { area() { super.area(); } }
        class C extends B { constructor() { super(); } init() {} }
        new B();
        C.make().area(1);
        """
    }
    assert used_in(files, "super.area()") == {"a.js#A.area"}
    assert used_in(files, "super(); }") == {"a.js#A.constructor"}
    assert used_in(files, "new B()") == {"a.js#B", "a.js#A.constructor"}
    assert "a.js#B.area" in used_in(files, "C.make().area(1)")
    assert ("a.js#C.init", "a.js#A.init") in ends(edges_of(files), EdgeKind.OVERRIDES)


def test_import_alias_and_reexports_lead_to_the_definition() -> None:
    """Barrels, aliases, defaults, namespaces and compiled endings are followed."""
    files = {
        "app.ts": """
        import place, { send as submit, Money } from "./shop/index.js";
        import * as shop from "./shop";
        submit(1);
        place(2);
        shop.send(3);
        shop.deep.tool(4);
        new Money().add(5);
        const { tool: renamed } = shop.deep; renamed(6);
        """,
        "shop/index.ts": """
        export { order as send, default } from "./orders";
        export * from "./money";
        export * as deep from "./deep/tools";
        """,
        "shop/orders.ts": "export function order(x: number) {}\nexport default function place(x: number) {}",
        "shop/money.ts": "class Money { add(x: number) {} }\nexport { Money };",
        "shop/deep/tools.tsx": "export const tool = (x: number) => x;",
    }
    assert used_in(files, "submit(1)") == {"shop/orders.ts#order"}
    assert used_in(files, "place(2)") == {"shop/orders.ts#place"}
    assert used_in(files, "shop.send(3)") == {"shop/orders.ts#order"}
    assert used_in(files, "shop.deep.tool(4)") == {"shop/deep/tools.tsx#tool"}
    assert used_in(files, "add(5)") == {"shop/money.ts#Money", "shop/money.ts#Money.add"}
    assert used_in(files, "renamed(6)") == {"shop/deep/tools.tsx#tool"}


def test_commonjs_gives_functions_members_and_whole_modules() -> None:
    """`module.exports`, `exports.x` and `require` work with patterns, members and calls on the spot."""
    files = {
        "app.js": """
        const View = require("./view");
        const { one, two: second } = require("./tools");
        const three = require("./tools").three;
        new View().show(1);
        one(2); second(3); three(4);
        require("./tools").one(5);
        module.exports = { start() { this.stop(); }, stop() {} };
        """,
        "view.js": """
        module.exports = View;
        function View() { this.shown = make(); }
        View.prototype.show = function show(x) { this.hide(); this.shown.go(); };
        View.prototype.hide = function () {};
        class Made { go() {} }
        function make() { return new Made(); }
        """,
        "tools.js": "exports.one = function (x) {}\nexports.two = two;\nfunction two(x) {}\nmodule.exports.three = (x) => x;",
        "user.js": "import app from './app.js';\napp.start();",
    }
    assert used_in(files, "new View().show(1)") == {"view.js#View", "view.js#View.show"}
    assert used_in(files, "one(2)") == {"tools.js#one", "tools.js#two", "tools.js#three"}
    assert used_in(files, ".one(5)") == {"tools.js#one"}
    assert used_in(files, "this.hide()") == {"view.js#View.hide", "view.js#Made.go"}
    assert used_in(files, "this.stop()") == {"app.js#stop"}
    assert used_in(files, "app.start()") == {"app.js#start"}
    assert ("app.js", "view.js") in ends(edges_of(files), EdgeKind.IMPORTS)


def test_objects_grow_by_assignment() -> None:
    """Members that assignments, Object.assign, Object.create and inheritance by prototype give are found, all of them."""
    files = {
        "a.js": """
        const util = require("util");
        const proto = { greet() {}, both() {} };
        const app = Object.create(proto);
        app.run = function run() { this.greet(1); };
        app.both = function both() {};
        app.run(2);
        app.both(3);
        const mixed = Object.assign({ own() {} }, proto);
        mixed.greet(4); mixed.own(4);
        function Base() {}
        Base.prototype = { base() {} };
        function Heir() {}
        util.inherits(Heir, Base);
        new Heir().base(5);
        const table = { a: one, b: two };
        function one() {}
        function two() {}
        table.a(6);
        table[key](7);
        table["b"](8);
        one.call(null, 9);
        """
    }
    assert {each.rpartition("greet")[1] for each in used_in(files, "this.greet(1)")} == {"greet"}
    assert used_in(files, "app.run(2)") == {"a.js#app.run"}
    assert used_in(files, "app.both(3)") == {"a.js#app.both"}
    assert {each.rpartition(".")[2].rpartition("#")[2] for each in used_in(files, "mixed.greet(4)")} == {"greet", "own"}
    assert len(used_in(files, "base(5)")) == 2
    assert used_in(files, "table.a(6)") == {"a.js#one"}
    assert used_in(files, "table[key](7)", evidence=Evidence.POSSIBLE) == {"a.js#one", "a.js#two"}
    assert used_in(files, 'table["b"](8)') == {"a.js#two"}
    assert used_in(files, "one.call(null, 9)") == {"a.js#one"}


def test_this_belongs_to_the_method_through_arrows_and_not_through_functions() -> None:
    """An arrow function has the receiver of what is around it, a function has none of the class."""
    files = {
        "a.js": """
        class A {
          go() {}
          handler = () => this.go(1);
          run(list) {
            list.forEach(() => this.go(2));
            list.forEach(function () { this.go(3); });
          }
          static build() { return this.of(4); }
          static of() {}
        }
        """
    }
    assert used_in(files, "this.go(1)") == {"a.js#A.go"}
    assert "a.js#A.go" in used_in(files, "this.go(2)")
    assert "a.js#A.go" not in used_in(files, "this.go(3)")
    assert used_in(files, "this.of(4)") == {"a.js#A.of"}


def test_block_scopes_hide_what_is_outside() -> None:
    """`let` and functions of a block end with it, `var` does not."""
    files = {
        "a.js": """
        function f() {} function g() {}
        let call = f;
        { let call = g; call(1); }
        call(2);
        if (x) { var later = g; }
        later(3);
        function shadow(f) { f(4); }
        try {} catch (f) { f(5); }
        """
    }
    assert used_in(files, "call(1)") == {"a.js#g"}
    assert used_in(files, "call(2)") == {"a.js#f"}
    assert used_in(files, "later(3)") == {"a.js#g"}
    assert used_in(files, "f(4)") == set()
    assert used_in(files, "f(5)") == set()


def test_interfaces_are_called_where_they_are_declared() -> None:
    """A call goes to the declared member; who implements it overrides it. Function-typed properties count as methods."""
    files = {
        "a.ts": """
        interface Shape { area(): number; draw?: (to: string) => void }
        class Square implements Shape { area() { return 1; } }
        function sum(shapes: Shape[]) { shapes.map((shape) => shape.area()); shapes[0].draw?.("x"); }
        type Named = Shape & { name(): string };
        function show(it: Named) { it.name(); it.area(); }
        """
    }
    assert {"a.ts#Shape.area", "a.ts#Shape.draw"} <= used_in(files, "function sum")
    assert "a.ts#Shape.area" in used_in(files, "function show")
    assert ("a.ts#Square.area", "a.ts#Shape.area") in ends(edges_of(files), EdgeKind.OVERRIDES)


def test_types_and_values_of_one_name_are_told_apart() -> None:
    """An interface and a constant may have one name: a type means the one, a value the other."""
    files = {
        "a.ts": """
        export interface Color { mix(): void }
        export const Color = { parse(text: string): Color { return null!; } };
        export function use(color: Color) { color.mix(); }
        """,
        "b.ts": 'import { Color } from "./a";\nColor.parse("red").mix();',
    }
    assert used_in(files, "color.mix()") == {"a.ts#Color.mix"}
    assert {"a.ts#Color.mix"} < used_in(files, 'Color.parse("red")')


def test_instanceof_narrows_where_it_holds() -> None:
    """After `instanceof` a name is of that class: in the branch, behind `&&`, and in a conditional."""
    files = {
        "a.ts": """
        class Cat { meow() {} } class Dog { bark() {} }
        function f(x: unknown) {
          if (x instanceof Cat) { x.meow(); } else x.bark(1);
          x instanceof Dog && x.bark(2);
          return x instanceof Dog ? x.bark(3) : 0;
        }
        """
    }
    assert used_in(files, "x.meow()") == {"a.ts#Cat.meow"}
    assert used_in(files, "x.bark(2)") == {"a.ts#Dog.bark"}
    assert used_in(files, "x.bark(3)") == {"a.ts#Dog.bark"}


def test_components_are_instantiated_by_markup() -> None:
    """An element with a capital letter or a dot is a component; attributes are expressions."""
    files = {
        "a.tsx": """
        import { Item } from "./item";
        import * as ui from "./item";
        const click = () => 1;
        export const List = () => <ul onClick={() => click()}><Item /><ui.Item>{click()}</ui.Item></ul>;
        """,
        "item.tsx": "export function Item() { return <li />; }",
    }
    assert used_in(files, "<Item />") == {"item.tsx#Item", "a.tsx#click"}


def test_namespaces_enums_decorators_and_casts() -> None:
    """What TypeScript adds to expressions and declarations resolves as what it stands for."""
    files = {
        "a.ts": """
        namespace Shop { export function open() {} export function all() { open(); } }
        enum Color { Red, Green }
        function logged(x: unknown) {}
        class Thing { @logged run() {} static from(x: string): Thing { return new Thing(); } }
        Shop.open(1);
        (value as Thing).run(2);
        const made: ReturnType<typeof Thing.from> = null!; made.run(3);
        const color = Color.Red;
        function pick<T extends Thing>(x: T) { x.run(4); }
        """
    }
    assert used_in(files, "Shop.open(1)") == {"a.ts#Shop.open"}
    assert "a.ts#Shop.open" in used_in(files, "export function all")
    assert used_in(files, "run(2)") == {"a.ts#Thing.run"}
    assert used_in(files, "made.run(3)") == {"a.ts#Thing.run"}
    assert "a.ts#Thing.run" in used_in(files, "x.run(4)")
    assert "a.ts#logged" in used_in(files, "@logged")
    assert ("a.ts", "a.ts#Color.Red") in ends(edges_of(files), EdgeKind.READS) | ends(edges_of(files), EdgeKind.REFERENCES)


def test_vue_and_svelte_components_are_files_that_can_be_imported() -> None:
    """The script of a component resolves, and an import of one without a default leads to the file."""
    files = {
        "App.vue": "<template><p/></template>\n<script setup lang='ts'>\nimport Card from './Card.svelte'\n"
        "import { go } from './go'\ngo()\n</script>\n",
        "Card.svelte": "<script>\nimport { go } from './go.js'\nconst run = () => go()\n</script>\n<p/>",
        "go.ts": "export function go() {}",
    }
    assert ("App.vue", "Card.svelte") in ends(edges_of(files), EdgeKind.IMPORTS)
    assert {("App.vue", "go.ts#go"), ("Card.svelte#run", "go.ts#go")} <= ends(edges_of(files), EdgeKind.CALLS)


@pytest.mark.parametrize(
    ("module", "target"),
    [
        ("@/lib/tool", "src/lib/tool.ts"),
        ("lib/tool", "src/lib/tool.ts"),
        ("@org/ui", "packages/ui/src/main.ts"),
        ("@org/ui/deep", "packages/ui/src/deep.ts"),
    ],
)
def test_configured_names_of_modules_lead_to_files(module: str, target: str) -> None:
    """`paths` and `baseUrl` of the nearest tsconfig.json and packages of the workspace are followed."""
    files = {
        "tsconfig.json": '{ // paths\n"compilerOptions": {"baseUrl": "./src", "paths": {"@/*": ["./*"]},}}',
        "packages/ui/package.json": '{"name": "@org/ui", "exports": {".": {"types": "./src/main.ts"}, "./deep": "./src/deep.ts"}}',
        "src/app.ts": f'import {{ f }} from "{module}";\nf();',
        target: "export function f() {}",
    }
    assert used_in(files, "f();") == {f"{target}#f"}


def test_a_private_function_knows_its_arguments() -> None:
    """All calls of a module's own function that is never a value are seen, so what it calls is certain; else it is one of several."""
    files = {
        "a.js": """
        export function start() { local(task); open(task); }
        function task() {}
        function local(run) { run(1); }
        export function open(run) { run(2); }
        """
    }
    assert used_in(files, "run(1)") == {"a.js#task"}
    assert used_in(files, "run(2)") == set()
    assert used_in(files, "run(2)", evidence=Evidence.POSSIBLE) == {"a.js#task"}


def test_iterators_and_generators_yield_what_they_hold() -> None:
    """A loop takes what generators yield and what `[Symbol.iterator]` gives."""
    files = {
        "a.js": """
        class Item { use() {} }
        function* items() { yield new Item(); }
        for (const one of items()) one.use(1);
        class Bag { *[Symbol.iterator]() { yield new Item(); } }
        for (const two of new Bag()) two.use(2);
        for (const [name, three] of Object.entries({ a: new Item() })) three.use(3);
        const [four] = [new Item()]; four.use(4);
        """
    }
    for number in (1, 2, 3, 4):
        assert "a.js#Item.use" in used_in(files, f"use({number})")
