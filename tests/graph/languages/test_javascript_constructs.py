"""What containers, promises, callbacks and module paths of JavaScript and TypeScript are worth, on larger sources."""

from __future__ import annotations

import json

from graph.model import EdgeKind, Evidence
from tests.graph.languages.expectations import edges_of


def called_by_function(files: dict[str, str], path: str) -> dict[str, set[str]]:
    """Return by function of a file what the calls in it are proven to reach in the program."""
    found: dict[str, set[str]] = {}
    for edge in edges_of(files):
        if edge.kind is EdgeKind.CALLS and edge.evidence is Evidence.PROVEN and edge.path == path and edge.target.startswith("lib"):
            found.setdefault(edge.source.partition("#")[2], set()).add(edge.target.partition("#")[2])
    return found


LIBRARY = """
export class Item { run() { return new Other(); } }
export class Other { stop() {} }
export function make() { return new Item(); }
"""

CONTAINERS = """
import { Item, Other, make } from "./lib";
function of() { const [a] = Array.of(new Item()); a.run(); }
function from() { for (const a of Array.from(new Set<Item>())) a.run(); }
function fromWith() { for (const b of Array.from([new Item()], (a) => new Other())) b.stop(); }
function keys() { for (const k of Object.keys({ a: 1 })) k.trim(); }
function values() { for (const a of Object.values({ one: new Item() })) a.run(); }
function entries() { for (const [k, a] of Object.entries({ one: new Item() })) a.run(); }
function mapped() { [new Item()].map((a) => a.run()).forEach((b) => b.stop()); }
function flat() { for (const a of [[new Item()]].flat()) a.run(); }
function joined() { for (const a of [new Item()].concat([new Item()])) a.run(); }
function same() { for (const a of [new Item()].slice(1).reverse()) a.run(); }
function one() { [new Item()].find((a) => a)!.run(); }
function over() { for (const [at, a] of [new Item()].entries()) a.run(); }
function each() { for (const a of [new Item()].values()) a.run(); }
function got(m: Map<string, Item>) { m.get("a")!.run(); }
function all(m: Map<string, Item>) { for (const a of m.values()) a.run(); for (const k of m.keys()) k.trim(); }
function both(m: Map<string, Item>) { for (const [k, a] of m.entries()) a.run(); for (const [k, a] of m) a.run(); }
function told(m: Map<string, Item>) { m.forEach((a, k) => { a.run(); }); m.has("a"); m.delete("a"); m.set("a", make()).get("a")!.run(); }
function added(s: Set<Item>) { for (const a of s.add(make())) a.run(); s.clear(); s.has(make()); }
function part(p: Partial<Item>, q: Readonly<Item>) { p.run(); q.run(); }
function result(r: ReturnType<typeof make>, i: InstanceType<typeof Item>) { r.run(); i.run(); }
function pair(p: [Item, Other]) { p[0].run(); p[1].stop(); }
function sorted(a: Item[]) { a.sort((x, y) => { x.run(); return 0; }); a.indexOf(make()); a.join(","); a.includes(make()); a.push(make()); }
function bound() { const f = make.bind(null); f().run(); make.toString(); }
async function waits() { (await Promise.resolve(new Item())).run(); }
async function waitsAll() { for (const a of await Promise.all([new Item()])) a.run(); }
async function races() { (await Promise.race([new Item()])).run(); }
function then() { Promise.resolve(new Item()).then((a) => a.run()).then((b) => b.stop()).finally(() => {}); }
function numbers() { Math.max(1, 2).toFixed(); parseInt("1"); String(1).trim(); Number("1"); }
"""


def test_containers_give_what_was_put_in_them() -> None:
    """Arrays, maps, sets, records, promises and utility types keep the classes of what they hold."""
    found = called_by_function({"lib.ts": LIBRARY, "use.ts": CONTAINERS}, "use.ts")
    plain = "of from values flat joined same one each got all both part result pair bound waits waitsAll races over entries added"
    missing = [name for name in plain.split() if "Item.run" not in found.get(name, set())]
    assert missing == []
    assert "Other.stop" in found["fromWith"]
    assert "Other.stop" in found["pair"]


def test_module_paths_come_from_the_configuration() -> None:
    """Aliases, base folders, packages of the workspace and what they export are files of the program."""
    config = '{ // aliases\n "compilerOptions": {"baseUrl": "./src", "paths": {"@/*": ["lib/*", 3], "exact": ["lib/a"], "bad": 1},},}'
    exports = {"name": "@own/kit", "exports": {".": {"import": "./src/main.ts"}, "./deep": "./src/deep.ts"}}
    files = {
        "app/tsconfig.json": config,
        "other/jsconfig.json": '{"compilerOptions": []}',
        "broken/tsconfig.json": "{",
        "listed/package.json": "[]",
        "kit/package.json": json.dumps(exports),
        "kit/src/main.ts": "export function main() {}",
        "kit/src/deep.ts": "export function deep() {}",
        "kit/src/plain.ts": "export function plain() {}",
        "tool/package.json": json.dumps({"name": "tool", "main": "start.js", "exports": "./absent.js"}),
        "tool/start.js": "export function start() {}",
        "app/src/lib/a.ts": "export function a() {}",
        "app/src/lib/index.ts": "export function index() {}",
        "app/src/use.ts": """
        import { a } from "@/a.js";
        import { a as exact } from "exact";
        import { a as based } from "lib/a";
        import { index } from "lib";
        import { main } from "@own/kit";
        import { deep } from "@own/kit/deep";
        import { plain } from "@own/kit/plain";
        import { start } from "tool";
        import { readFile } from "node:fs/promises";
        export function use() { a(); exact(); based(); index(); main(); deep(); plain(); start(); readFile("x"); }
        """,
    }
    targets = {edge.target for edge in edges_of(files) if edge.kind is EdgeKind.CALLS and edge.source == "app/src/use.ts#use"}
    assert {"app/src/lib/a.ts#a", "app/src/lib/index.ts#index", "kit/src/main.ts#main", "kit/src/deep.ts#deep"} <= targets
    assert {"kit/src/plain.ts#plain", "tool/start.js#start"} <= targets
