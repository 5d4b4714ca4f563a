"""What values of JavaScript and TypeScript are worth: containers, callbacks, types, and the ways in which names get them."""

from __future__ import annotations

import pytest

from graph.model import Edge, EdgeKind, Evidence
from tests.graph.languages.expectations import edges_of, ends

_ITEM = "class Item { use() { return this; } static of() { return new Item(); } }\nconst item = new Item();\nconst list: Item[] = [];\n"


def edges_of_one(text: str, **others: str) -> list[Edge]:
    """Return the edges of one TypeScript file; others are given by name without their ending."""
    files = {"a.ts": text} | {f"{name}.ts": other for name, other in others.items()}
    return [edge for edge in edges_of(files) if edge.path == "a.ts"]


def is_called(text: str, target: str = "a.ts#Item.use", **others: str) -> bool:
    """Say whether a file calls a method for certain."""
    return target in {each for _, each in ends(edges_of_one(text, **others), EdgeKind.CALLS)}


@pytest.mark.parametrize(
    "text",
    [
        "list.map((x) => x)[0].use()",
        "list.flatMap((x) => [x])[0].use()",
        "list.filter(Boolean).slice(1).concat(list).at(0)!.use()",
        "[list].flat().pop()!.use()",
        "list.reduce((all, x) => x.use())",
        "list.reduce((all) => all, item).use()",
        "list.sort((a, b) => a.use())",
        "list.forEach((x, index, all) => all[index].use())",
        "for (const [i, x] of list.entries()) x.use()",
        "for (const x of list.values()) x.use()",
        "[...list][0].use()",
        "Array.from(list, (x) => x)[0].use()",
        "Array.of(item)[0].use()",
        "Object.values({ a: item })[0].use()",
        "Object.freeze(item).use()",
        "new Map<string, Item>().set('a', item).get('a')!.use()",
        "for (const [k, x] of new Map<string, Item>()) x.use()",
        "for (const x of new Map<string, Item>().values()) x.use()",
        "for (const [k, x] of new Map<string, Item>().entries()) x.use()",
        "new Map<string, Item>().forEach((x, key) => x.use())",
        "new Set<Item>().add(item).forEach((x) => x.use())",
        "const p: Promise<Item> = null!; p.then((x) => x).finally(() => 1).then((x) => x.use())",
        "const p: Promise<Item> = null!; p.catch(() => item).then((x) => x.use())",
        "Promise.resolve(item).then((x) => x.use())",
        "Promise.all([item]).then((all) => all[0].use())",
        "Promise.race([item]).then((x) => x.use())",
        "const one: { a: Record<string, Item> } = null!; one.a[key].use()",
        "const pair: [string, Item] = null!; pair[1].use()",
        "const some: Partial<Item> | null = null; some!.use!()",
        "const got: (typeof item) = null!; got.use()",
        "interface Has { it: Item } const h: Has['it'] = null!; h.use()",
        "let made: InstanceType<typeof Item> = null!; made.use()",
        "function take(run: (x: Item) => void) {} take((x) => x.use())",
        "const make: () => Item = null!; make().use()",
        "const { a: { b = item } = { b: item }, ...rest } = { a: { b: item } }; b.use()",
        "const [, second] = [1, item]; second.use()",
        "let late; late ??= item; late.use()",
        "let late; (late) = item; late.use()",
        "function first(...all: Item[]) { all[0].use() }",
        "function given({ it }: { it: Item }) { it.use() }",
        "const fn = function inner(n) { return n ? inner(n - 1) : item }; fn(1).use()",
        "const bound = item.use.bind(item); bound()",
        "const o = { get it() { return item } }; o.it.use()",
        "const o = { ['it']: item }; o.it.use()",
        "class K extends Item { go() { super.use() } }",
        "class K { static { item.use() } #own = item; go() { this.#own.use() } }",
        "(<Item>value).use()",
        "(value satisfies Item, item).use()",
        "switch (x) { case 1: item.use(); default: }",
        "do { item.use() } while (0)",
        "tag`a ${item.use()}`",
        "type Alias<T> = T extends Item ? Item : never; const x: Alias<Item> = null!; x.use()",
        "abstract class Base { abstract it(): Item; go() { this.it().use() } }",
        "for (let x = item, n = 0; n < 1; n++) x.use()",
        "const f = (x: unknown): x is Item => true; item.use()",
        "declare module 'm' { export function q(): void } item.use()",
        "const C = class Named extends Item {}; new C().use()",
        "new (class extends Item {})().use()",
        "export default item.use()",
        "let late; late = function () { return item }; late().use()",
        "let late; late = class extends Item {}; new late().use()",
        "const kept: Item[] = []; kept.push(item); const all = []; all.push(item); all[0].use()",
        "function Old() { this.it = item } Old.prototype.go = function () { this.it.use() }",
        "const make = { Kind: Item }; new make.Kind().use()",
        "const kinds = [Item]; new kinds[0]().use()",
    ],
)
def test_values_reach_what_is_called(text: str) -> None:
    """Whatever way a value takes, its method is found, for certain."""
    assert is_called(_ITEM + text), [e for e in edges_of_one(_ITEM + text) if e.kind is EdgeKind.CALLS]


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("import item = require('./b'); item.use()", "class Item { use() {} }\nconst item = new Item();\nexport = item;"),
        ("import * as b from './b'; import I = b.Item; new I().use()", "export class Item { use() {} }"),
        ("const b = await import('./b'); new b.Item().use()", "export class Item { use() {} }"),
        ("import { default as Item } from './b'; new Item().use()", "export default class extends Object { use() {} }"),
        ("import item from './b'; item.use()", "class Item { use() {} }\nexport default new Item();"),
        ("import { item } from './b'; item.use()", "class Item { use() {} }\nexport const { item } = { item: new Item() };"),
        (
            "import './c'; import { type Item, make } from './b'; make().use()",
            "export class Item { use() {} }\nexport let make: () => Item;",
        ),
    ],
)
def test_modules_give_what_they_export(text: str, other: str) -> None:
    """Every form of import meets every form of export."""
    target = "b.ts#default.use" if "default class extends" in other else "b.ts#Item.use"
    assert is_called(text, target, b=other), [e for e in edges_of_one(text, b=other) if e.kind is not EdgeKind.CONTAINS]


def test_names_of_the_language_are_external() -> None:
    """Methods of strings, numbers and global functions belong to the language, also at the end of a chain."""
    text = "`a`.trim().split(',').map((x) => x.toUpperCase()); JSON.stringify(1).length; parseInt('1').toFixed(); Object.keys({})[0].trim()"
    targets = {e.target for e in edges_of_one(text) if e.evidence is Evidence.EXTERNAL}
    assert {
        "external:javascript#String.trim",
        "external:javascript#String.split",
        "external:javascript#Array.map",
        "external:javascript#String.toUpperCase",
        "external:javascript#Number.toFixed",
    } <= targets


def test_what_nobody_can_know_stays_unknown() -> None:
    """A global nobody declares, a missing file, a computed member and an untyped parameter prove nothing."""
    text = "import { gone } from './gone';\ngone();\nsurely();\nobject[key]();\nfunction f(x) { x.run(); }\nfor (const k in list) k.go();"
    found = [e for e in edges_of_one(text) if e.kind is EdgeKind.CALLS]
    assert not [e for e in found if e.evidence is Evidence.PROVEN]
    assert {"unknown:gone", "unknown:surely", "unknown:run"} <= {e.target for e in found}


_FORMS = """
import type { Gone } from "./gone";
import * as everything from "somewhere";
export * as again from "./again";
var x, y = 1, [z, ...w] = [item], { q = item, [key]: r, s: { t } } = item;
x += 1; x ||= item; item.field ??= item; ({ x, y: item.other, z = item, ...w } = item); [x, y = 2, ...w] = list;
x = (1, item); x = a + b - c * item; x = !x === null; x = y ? item : null; x["a b"] = item; x[0] = item; x[key] = item;
label: for (x of list) { continue label; } for await (const each of stream()) each.use(); for (var k in item) {} while (x) x.use();
try { throw new Error(); } catch { x.use(); } finally { }
if (x instanceof Item || (y instanceof Item && y.use())) y = 1; else if (x) { } else x = 2;
const o = { ...item, async *[Symbol.iterator]() { yield* list; yield; }, set v(n) {}, 'quoted': () => 1, "b"() {}, 1: 2, p: class {}, x };
Object.setPrototypeOf(o, item); Object.assign(o, { extra() {} }); o.extra(); Reflect.get(o, "p"); util.inherits(A, B);
class A<T extends Item = Item, U = T> extends mixin(Item)<T> implements Gone, everything.Else<T> {
  declare readonly a: T; static b?: U = item; [key: string]: unknown; "c" = 1; [computed] = 2; accessor = class {};
  constructor(@dec() private one: Item, public two?: Item, ...{ length }: Item[]) { super(); this.one.use(); this.late = () => this.one; }
  @dec get g(): T { return this.a; } set g(v) {} @dec field = 1;
  over(a: string): Item; over(a: number): Item; over(a: any) { return item; }
}
interface I extends Gone, everything.Else { (x: Item): Item; new (x: Item): I; readonly [k: string]: Item; m?<V>(x: V): V; }
type Odd = { [K in keyof Item as `a${K}`]?: Item[K] } & { z: 1 } & Gone | (A | B)[] | readonly [a?: Item, ...b: Item[]] | (new () => Item);
type More<T> = T extends [infer H extends Item, ...infer R] ? H : T extends `x${infer S}` ? S : asserts;
function check(v: unknown, w?: any): asserts v is Item {} function f<T, U extends T>(this: Item, v: typeof import("./gone")): v is Item {}
const g = async <T,>(v: T) => await v, h = function* () {}, i = (item as const)!, j = <T>(v: Item["use"] & Odd["z"]) => v, l = f<Item>;
declare global { var there: Item; } declare const d: unique symbol; enum E { "a b" = 1, C, D }
namespace N.M { export const n = 1; }
export default async (v = item, { u } = item) => v.use(); export { x as y, x as "z z" }; export const { e1, e2: [e3] } = item;
export = item;
"""


@pytest.mark.parametrize("ending", ["ts", "tsx", "js"])
def test_odd_forms_cost_nothing_else(ending: str) -> None:
    """What has no meaning here, or none yet, is passed over: the method calls around it still resolve."""
    text = _ITEM + (_FORMS if ending != "tsx" else _FORMS.replace("<T>(v", "<T,>(v"))
    found = edges_of({f"a.{ending}": text, "gone.json": "{}"})
    called = [e for e in found if e.kind is EdgeKind.CALLS and e.target == f"a.{ending}#Item.use"]
    assert len({e.start_byte for e in called}) > (3 if ending != "js" else 0)


@pytest.mark.parametrize(
    ("loop", "name"), [("for (const x of new Steps()) {}", "iterator"), ("for await (const x of new Steps()) {}", "asyncIterator")]
)
def test_loop_over_an_instance_calls_what_it_goes_by(loop: str, name: str) -> None:
    """A loop calls the iterator method and the ``next`` of what that returns."""
    text = f"class Next {{ next() {{}} }}\nclass Steps {{ [Symbol.{name}]() {{ return new Next(); }} }}\n{loop}"
    assert is_called(text, f"a.ts#Steps.{name}")
    assert is_called(text, "a.ts#Next.next")
    assert not is_called("for (const x of [1]) {}", "a.ts#Next.next")


@pytest.mark.parametrize("key", ["1", "name", "'b'"])
def test_known_key_of_a_written_object_is_one_member(key: str) -> None:
    """A number, a text and a constant lead to the member of that name."""
    text = f"const name = 'c';\nconst held = {{ 1: () => item.use(), b: () => item.use(), c: () => item.use() }};\nheld[{key}]();"
    found = [e for e in edges_of_one(_ITEM + text) if e.kind is EdgeKind.CALLS and e.path == "a.ts" and e.line == text.count("\n") + 4]
    assert [e.evidence for e in found] == [Evidence.PROVEN]


@pytest.mark.parametrize(
    "text",
    [
        "class A { a(): Item; a(x?: any) { return x as any; } }\nnew A().a().use()",
        "function f(x: string): Item;\nfunction f(x: number): Item;\nfunction f(x: any): any { return x; }\nf(1).use()",
        "declare function f(x: string): Item;\ndeclare function f(x: number): Item;\nf(1).use()",
    ],
)
def test_overloads_say_what_a_function_returns(text: str) -> None:
    """Where the body's declaration says nothing, the signatures before it do."""
    assert is_called(_ITEM + text)


def test_signatures_that_differ_leave_a_set() -> None:
    """Without a body the result is that of any of them; a body with a declared class says which."""
    other = "class Other { use() {} }\n"
    assert not is_called(_ITEM + other + "declare function f(x: string): Item;\ndeclare function f(x: number): Other;\nf(1).use()")
    assert is_called(
        _ITEM + other + "function f(x: string): Item;\nfunction f(x: number): any;\nfunction f(x: any): Item { return x; }\nf(1).use()"
    )


def test_bigint_is_a_type_of_the_language() -> None:
    """A function of that name is no type."""
    found = edges_of_one("export function bigint() {}\nlet x: bigint;\n")
    assert [e.target for e in found if e.line == 2 and e.kind is not EdgeKind.CONTAINS] == []


def test_class_implements_an_interface_and_an_interface_extends_one() -> None:
    """A base that is an interface is implemented by a class, and extended by another interface."""
    found = edges_of_one("interface I {}\ninterface J extends I {}\nclass A {}\nclass B extends A implements I, J {}\n")
    kinds = {EdgeKind.INHERITS, EdgeKind.IMPLEMENTS}
    bases = {(e.kind.value, e.source.partition("#")[2], e.target.partition("#")[2]) for e in found if e.kind in kinds}
    assert bases == {("inherits", "J", "I"), ("inherits", "B", "A"), ("implements", "B", "I"), ("implements", "B", "J")}


@pytest.mark.parametrize(
    "type_", ["Record<string, Item>", "{ [key: string]: Item }", "{ [K in Keys]: Item }", "Partial<Record<Keys, Item>>"]
)
def test_members_of_a_record_are_of_its_type(type_: str) -> None:
    """Every member of a dictionary-like type is what the type says."""
    assert is_called(_ITEM + f"declare const held: {type_};\nheld.some.use()")
    assert is_called(_ITEM + f"declare const held: {type_};\nheld[name].use()")
