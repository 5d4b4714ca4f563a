"""What the language, its objects and its modules say about a value: every line that ends in ``// =`` says what it uses."""

from __future__ import annotations

from tests.graph.languages.expectations import check

LIBRARY = """
export class Item {
    run(): Item { return this; }
    get other(): Other { return new Other(); } // = Other
    static make(): Item { return new Item(); } // = Item
}
export class Other { stop() {} }
export class Box<T> {
    constructor(public held: T) {}
    get(): T { return this.held; }
    map<U>(f: (value: T) => U): Box<U> { return new Box(f(this.held)); } // = Box Box.constructor
}
"""


def test_what_the_language_gives_back() -> None:
    """Collections, promises and callbacks hold what they were given; numbers, texts and truth values are the language's."""
    check({
        "lib.ts": LIBRARY,
        "use.ts": """
        import { Item, Other, Box } from "./lib";
        const item = new Item(); // = Item
        const items: Item[] = [item];
        const byName: Map<string, Item> = new Map();
        items.join(",").trim(); // =
        items.indexOf(item).toFixed(); // =
        items.includes(item).valueOf(); // =
        items.forEach((each) => each.run()); // = Item.run
        items.values().next().value.run(); // =
        items.find((each) => each.run())!.run(); // = Item.run
        items.map((each) => each.other).filter(Boolean)[0].stop(); // = -Other.stop
        items.reduce((all, each) => { each.run(); return all; }, new Other()).stop(); // = Item.run Other Other.stop
        new Set([item]).add(item).forEach((each) => each.run()); // = -Item.run
        byName.forEach((each, name) => { each.run(); name.trim(); }); // = Item.run
        byName.set("a", item).get("a")!.run(); // = Item.run
        for (const [name, each] of byName.entries()) { name.trim(); each.run(); } // = Item.run
        for (const each of new Set<Item>([item])) each.run(); // = Item.run
        for (const letter of "text") letter.trim(); // =
        for (const name in { a: item }) name.trim(); // =
        new Promise<Item>((resolve, reject) => resolve(item)).then((each) => each.run()); // = Item.run
        Promise.all([item, item]).then(([first]) => first.run()); // = Item.run
        Promise.resolve(item).then((each) => each.other, () => new Other()).then((other) => other.stop()); // = Other -Other.stop
        Object.entries({ a: item }).map(([name, each]) => each.run()); // = ?Item.run
        Object.fromEntries([["a", item]]).a.run(); // =
        Array.from(items, (each) => each.other)[0].stop(); // = -Other.stop
        structuredClone(item).run(); // = Item.run
        new Intl.NumberFormat("de").format(1); // =
        Math.max(1, 2).toFixed(); // =
        undefined; exports; unheard(item).run(); // =
        new Box<Item>(item).get().run(); // = Box Box.constructor Box.get -Item.run
        new Box(item).held.run(); // = Box Box.constructor -Item.run
        function called(this: Item, ...rest: Item[]) { this.run(); rest[0].run(); } // = Item.run
        called.call(item, item); called.bind(item)(); // = called
        const both = Math.random() > 0.5 ? item : new Other(); // = Other
        both instanceof Item ? both.run() : both.stop(); // = Item.run ?Other.stop
        if (!(both instanceof Other)) both.run(); else both.stop(); // = ?Item.run ?Other.stop
        (item as unknown as Other).stop(); // = Other.stop
        (<Other><unknown>item).stop(); // = Other.stop
        (item satisfies Item)!.run(); // = Item.run
        const { other, ...others } = item; other.stop(); // = Other.stop
        const [first = new Item(), ...more] = items; first.run(); more[0].run(); // = Item Item.run
        const { a: { b = item } = {} as { b?: Item } } = {} as { a?: { b: Item } }; b.run(); // = Item.run
        """,
    })


def test_what_types_say() -> None:
    """Generic functions, mapped and conditional types, indexes, tuples, overloads, guards and merged declarations."""
    check({
        "lib.ts": LIBRARY,
        "use.ts": """
        import { type Item, Other, Box } from "./lib";
        import type * as all from "./lib";
        type Maker<T> = (from: T) => T;
        type Held = { item: Item; make(): Item; pair: [Item, Other]; byName: { [name: string]: Item }; run: () => Item };
        interface Face { item: Item }
        interface Face { again(): Other }
        class Merged { own() {} }
        interface Merged { added: Item }
        enum Kind { A = 1, B }
        namespace Kind { export function parse(): Item { return null!; } }
        function id<T>(value: T): T { return value; }
        function pick<T, K extends keyof T>(value: T, key: K): T[K] { return value[key]; }
        function over(value: string): Item; function over(value: number): Other; function over(value: any): any { return value; }
        function isItem(value: unknown): value is Item { return true; }
        function demand(value: unknown): asserts value is Item {}
        abstract class Base { abstract made(): Item; go() { this.made().run(); } } // = Base.made Item.run
        export function use(held: Held, face: Face, merged: Merged, maker: Maker<Item>, outer: all.Item, got: Held["item"],
                            made: ReturnType<typeof over>, part: Pick<Held, "item">, sure: Required<Held>,
                            any: unknown, either: Item | Other,
                            many: ReadonlyArray<Item>, nested: Array<Item[]>, when: Promise<Item>, list: Iterable<Item>) {
            held.item.run(); held.make().run(); held.run().run(); // = Item.run Held.make Held.run
            held.pair[0].run(); held.pair[1].stop(); // = Item.run Other.stop
            held.byName["a"].run(); held.byName.b.run(); // = Item.run
            face.item.run(); face.again().stop(); // = Item.run -Face.again -Other.stop
            merged.own(); merged.added.run(); // = Merged.own -Item.run
            maker(held.item).run(); // = -Item.run
            outer.run(); // = Item.run
            got.run(); // = Item.run
            part.item.run(); sure.item.run(); // = Item.run
            id(held.item).run(); // = id Item.run
            over("a").run(); // = over~3 ?Item.run
            Kind.parse().run(); Kind.A.toFixed(); // = Kind.parse Item.run
            if (isItem(any)) any.run(); // = isItem -Item.run
            demand(any); any.run(); // = demand -Item.run
            if ("run" in either) either.run(); // = ?Item.run
            many[0].run(); nested[0][0].run(); // = Item.run
            when.then((each) => each.run()); // = Item.run
            for (const each of list) each.run(); // = Item.run
            const kept = held?.item ?? null; kept?.run(); // = Item.run
            new Box(held.item).map((each) => each.other).get().stop(); // = Box Box.constructor Box.map Box.get -Other.stop
        }
        """,
    })


def test_what_objects_and_modules_are_given() -> None:
    """Members that are assigned, mixed in, inherited through prototypes or exported in the ways of CommonJS."""
    check({
        "part.js": """
        exports.helper = function helper() {};
        exports.late = () => exports.helper(); // = helper
        """,
        "whole.js": """
        const part = require("./part");
        const { helper: renamed, late } = require("./part");
        const single = require("./part").late;
        function Whole() { this.kept = renamed; }
        Whole.prototype.go = function () { this.kept(); this.stay(); }; // = helper Whole.stay
        Whole.prototype.stay = function () { return late(); }; // = late
        Whole.of = () => new Whole(); // = Whole
        Object.assign(Whole.prototype, { added() { this.go(); } }); // = -Whole.go
        Object.assign(module.exports, part, { single });
        module.exports.Whole = Whole;
        """,
        "heir.js": """
        const { inherits } = require("util");
        const { Whole, helper, single } = require("./whole");
        const plain = { run() { return this; }, ["computed"]() {}, "quoted": () => 1 };
        const heir = Object.create(plain);
        const copied = { ...plain, own() { this.run(); } }; // = plain.run
        class Mixed extends Whole { constructor() { super(); super.stay(); this.added(); } } // = -Whole -Whole.stay added
        function Old() { Whole.call(this); } // = Whole
        inherits(Old, Whole);
        Old.prototype.own = function () { this.stay(); }; // = -Whole.stay
        heir.run(); // = plain.run
        copied.own(); // = copied.own
        plain["quoted"](); plain.computed(); // = plain.quoted computed
        new Old().own(); // = Old Old.own
        Whole.of().go(); // = Whole.of Whole.go
        helper(); single(); // = helper late
        new Mixed().go(); // = Mixed Mixed.constructor Whole.go
        """,
    })
