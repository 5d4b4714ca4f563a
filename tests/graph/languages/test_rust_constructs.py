"""What the constructs of Rust resolve to: every line that ends in ``// =`` says what it calls or makes of the program."""

from __future__ import annotations

from graph.build import resolve_files
from graph.model import EdgeKind
from tests.graph.languages.expectations import check, ends


def test_the_standard_library_hands_the_own_types_on() -> None:
    """What options, results, cells, iterators and maps hold keeps its type through their methods."""
    check({
        "src/lib.rs": """
        use std::cell::{Cell, RefCell};
        use std::collections::{BTreeMap, HashMap, VecDeque};
        use std::rc::Rc;
        use std::sync::{Arc, Mutex, RwLock};
        pub struct Item { id: usize, next: Option<Box<Item>> }
        pub struct Error(String);
        impl Error { fn show(&self) {} }
        impl Item {
            pub fn new() -> Item { Item { id: 0, next: None } } // = Item
            pub fn touch(&self) -> bool { true }
            pub fn other(&self) -> Item { Item::new() } // = Item.new
            pub fn maybe(&self) -> Option<Item> { None }
            pub fn attempt(&self) -> Result<Item, Error> { Ok(Item::new()) } // = Item.new
        }
        fn options(one: Option<Item>, held: Result<Item, Error>) -> Result<(), Error> {
            one.unwrap().touch(); // = Item.touch
            one.as_ref().expect("there").touch(); // = Item.touch
            one.map(|x| x.other()).unwrap().touch(); // = Item.other Item.touch
            one.and_then(|x| x.maybe()).unwrap().touch(); // = Item.maybe Item.touch
            one.map_or(1, |x| 2).touch(); // =
            one.ok_or("none").unwrap().touch(); // = Item.touch
            one.iter().next().unwrap().touch(); // = Item.touch
            one.is_some().touch(); // =
            held.map(|x| x.other()).unwrap().touch(); // = Item.other Item.touch
            held.ok().unwrap().touch(); // = Item.touch
            held.err().unwrap().show(); // = Error.show
            held.map_err(|e| e).unwrap().touch(); // = Item.touch
            held?.touch(); // = Item.touch
            Some(Item::new()).unwrap().touch(); // = Item.new Item.touch
            Ok(Item::new()).unwrap().touch(); // = Item.new Item.touch
            Err(Error(String::new())).err().unwrap().show(); // = Error Error.show
            match held { Ok(x) => { x.touch(); } Err(e) => e.show() } // = Item.touch Error.show
            if let Some(Item { id, next: Some(inner) }) = one { inner.touch(); } // = Item.touch
            Ok(())
        }
        fn cells() {
            let shared = Rc::new(RefCell::new(Item::new()));
            shared.borrow().touch(); // = Item.touch
            shared.borrow_mut().touch(); // = Item.touch
            let guarded = Arc::new(Mutex::new(Item::new()));
            guarded.lock().unwrap().touch(); // = Item.touch
            Arc::clone(&guarded).lock().unwrap().touch(); // = Item.touch
            let lock = RwLock::new(Item::new());
            lock.read().unwrap().touch(); // = Item.touch
            lock.into_inner().touch(); // = Item.touch
            lock.is_poisoned().touch(); // =
            let boxed = Box::new(Item::new());
            boxed.touch(); // = Item.touch
            let taken = std::mem::take(&mut Item::new());
            taken.touch(); // = Item.touch
            let file = std::fs::File::new();
            file.touch(); // =
            let text = Item::new().to_string();
            text.touch(); // =
            format!("{}", 1).touch(); // =
        }
        fn iterators(all: Vec<Item>, more: &[Item], queue: VecDeque<Item>) {
            all.iter().rev().next().unwrap().touch(); // = Item.touch
            all.iter().skip(1).nth(2).unwrap().touch(); // = Item.touch
            all.first().unwrap().touch(); // = Item.touch
            all.remove(0).touch(); // = Item.touch
            queue.pop_front().unwrap().touch(); // = Item.touch
            all.clone().pop().unwrap().touch(); // = Item.touch
            all.iter().map(|x| x.other()).next().unwrap().touch(); // = Item.other Item.touch
            all.iter().filter_map(|x| x.maybe()).next().unwrap().touch(); // = Item.maybe Item.touch
            all.iter().sum().touch(); // =
            for (at, each) in all.iter().enumerate() { each.touch(); } // = Item.touch
            for (left, right) in all.iter().zip(more) { right.touch(); left.other(); } // = Item.touch Item.other
            for each in all { each.touch(); } // = Item.touch
            let made = vec![Item::new(), Item::new()];
            made[0].touch(); // = Item.touch
            made.first().unwrap().touch(); // = Item.touch
            let collected = more.iter().collect::<Vec<Item>>();
            collected[0].touch(); // = Item.touch
            let [first, .., last] = more;
            first.touch(); // = Item.touch
            let empty: Vec<Item> = Vec::with_capacity(3);
            empty[0].touch(); // = Item.touch
            let bare = Vec::new();
            bare.first().unwrap().touch(); // =
            all.iter().for_each(|Item { id, .. }| drop(id));
            all.iter().any(|_| true);
        }
        fn maps(map: HashMap<String, Item>, tree: BTreeMap<Item, usize>, pair: (usize, Item), own: Error) {
            map["a"].touch(); // = Item.touch
            map.get("a").unwrap().touch(); // = Item.touch
            map.values().next().unwrap().touch(); // = Item.touch
            tree.keys().next().unwrap().touch(); // = Item.touch
            map.len().touch(); // =
            for (key, value) in map { value.touch(); } // = Item.touch
            for (key, value) in &tree { key.touch(); } // = Item.touch
            pair.1.touch(); // = Item.touch
            pair.7.touch(); // =
            own.0.touch(); // =
            let (number, item) = pair;
            item.touch(); // = Item.touch
            let (n, i): (usize, Item) = lost();
            i.touch(); // = Item.touch
        }
        """
    })


def test_patterns_macros_and_expressions_keep_types() -> None:
    """Patterns take values apart by their types, macros take expressions, and blocks, casts and references are worth what is in them."""
    edges = check({
        "src/lib.rs": """
        #[macro_use]
        extern crate http_client as web;
        use web::retry;
        macro_rules! twice { ($e:expr) => { $e; $e } }
        pub mod tools { #[macro_export] macro_rules! helper { () => {} } }
        pub struct Item<'a, T: Clone = usize> where T: Send { pub r#type: &'a str, rest: Vec<T>, inner: Inner }
        #[derive(Default)]
        pub struct Inner { pub leaf: Leaf, pub(crate) size: [u8; LIMIT] }
        pub struct Leaf(pub Inner2, usize);
        pub struct Inner2;
        pub struct Pair<A, B>(A, B);
        union Raw { number: u32, real: f32 }
        pub const LIMIT: usize = 3;
        pub static ROOT: Leaf = Leaf(Inner2, 0);
        impl Inner2 { pub fn end(&self) -> &Inner2 { self } }
        impl Leaf { pub const ONE: usize = 1; pub fn fall(&self) {} pub fn lend(&mut self) -> &mut Leaf { self } }
        pub enum Shape { Round(Leaf), Square { side: Leaf, depth: usize }, Empty = 7 }
        impl Shape {
            pub fn area(&self) {}
            fn kinds(&self, other: Option<Shape>) {
                match self {
                    // a comment between
                    Shape::Round(leaf) if leaf.1 > 2 => leaf.fall(), // = Leaf.fall
                    Self::Square { side, depth: 0..=9 } => side.fall(), // = Leaf.fall
                    Shape::Square { side: Leaf(two, _), .. } => { two.end(); } // = Inner2.end
                    whole @ Shape::Empty => whole.area(), // = Shape.area
                    ref both @ (Shape::Round(_) | Shape::Empty) => both.area(), // = Shape.area
                    LIMIT => {}
                    -1 | 'x' => {}
                    &ref mut deep => deep.area(), // = Shape.area
                    _ => unreachable!(),
                }
                while let Some(Shape::Round(Leaf(two, ..))) = other { two.end(); } // = Inner2.end
                let Some(some) = other else { return };
                some.area(); // = Shape.area
            }
        }
        fn free<T: Clone>(one: &mut Leaf, flag: bool, made: fn(Leaf, usize) -> Leaf,
            pointer: *const Leaf, Leaf(two, _): Leaf) -> Option<Leaf> {
            two.end(); // = Inner2.end
            println!("{}", one.lend()); // = Leaf.lend
            let list = vec![one.lend(); 3]; // = Leaf.lend
            assert_eq!(one.lend(), two.end(), "{:?}", LIMIT); // = Leaf.lend Inner2.end
            log::info!("a {}", one.lend()); // = Leaf.lend
            println!();
            println!("{}", if one.lend() { match 1 { x => 2 } } else { let (a, b) = (1, 2); Inner2 {} }); // = Inner2 Leaf.lend
            println!("{}", |x: Leaf| x.lend()); // = Leaf.lend
            println!(one => two, ..);
            matches!(one, Leaf(..));
            twice!(one.fall()); // = twice
            helper!(); // = tools.helper
            retry!(3);
            lost!(4);
            let taken = if flag { made(Leaf(Inner2, 1), 2) } else { Leaf(Inner2, 2) }; // = Leaf
            taken.fall(); // = Leaf.fall
            let blocked = { one.fall(); ROOT }; // = Leaf.fall
            blocked.fall(); // = Leaf.fall
            let chosen = match flag { true => Leaf(Inner2, 0), false => Leaf(Inner2, 1) }; // = Leaf
            chosen.fall(); // = Leaf.fall
            let named = |leaf: &Leaf| leaf.fall(); // = Leaf.fall
            named(one); // = free.named
            (one as &Leaf).fall(); // = Leaf.fall
            unsafe { (*pointer).fall() }; // = Leaf.fall
            (&*one).fall(); // = Leaf.fall
            let loose = <Leaf as Default>::default();
            let turbo = Pair::<Leaf, usize>(Leaf(Inner2, 0), Leaf::ONE); // = Leaf Pair
            let parsed = "1".parse::<Leaf>();
            one.0.end().end(); // = Inner2.end
            let inner = Inner { leaf: Leaf(Inner2, 0), size: [0; LIMIT] }; // = Inner Leaf
            let leaf = ROOT;
            let copied = Inner { leaf, ..inner }; // = Inner
            copied.leaf.fall(); // = Leaf.fall
            let Inner { leaf: renamed, size } = copied;
            renamed.fall(); // = Leaf.fall
            one.1 += 2 + !LIMIT;
            one.1 = -LIMIT;
            'outer: loop { break 'outer; }
            for (at, _) in [one.lend()].iter().enumerate() { continue; } // = Leaf.lend
            let items: [Leaf; 2] = [Leaf(Inner2, 1), ROOT]; // = Leaf
            items[0].fall(); // = Leaf.fall
            items[0..1].len();
            async move { one.lend().await; };  // = Leaf.lend
            let never: ! = panic!("{}", r#"raw"#);
            let unit: () = ();
            let dynamic: Box<dyn Fn(Leaf) -> Leaf + Send> = Box::new(|x| x);
            dynamic(ROOT).fall(); // = Leaf.fall
            Some(ROOT)
        }
        """
    })
    assert ("src/lib.rs#Shape.kinds", "src/lib.rs#Shape.Square.side") in ends(edges, EdgeKind.READS)


def test_traits_and_generics() -> None:
    """Bounds, associated types, supertraits, `Deref` and traits of others say what a method may be."""
    edges = check({
        "src/lib.rs": """
        use http_client::Send as Sending;
        use std::fmt::{self, Display};
        use std::ops::Deref;
        pub trait Base { fn base(&self); const KIND: usize = 1; }
        pub trait Named: Base + Sending + 'static {
          type Out: Base; fn name(&self) -> Self::Out; fn twice(&self) { self.base(); } } // = Base.base
        pub trait Marker<T>: ?Sized { fn mark(&self, other: T); }
        pub struct Item;
        pub struct Wrapper { item: Item, own: usize }
        pub struct Other;
        pub type Alias<T> = Vec<T>;
        pub type Plain = Item;
        pub type Made = Result<Item, Other>;
        impl Base for Item { fn base(&self) {} }
        impl Base for Other { fn base(&self) {} }
        impl Named for Item { type Out = Other; fn name(&self) -> Self::Out { Other } }
        impl<T: Base> Marker<T> for Item { fn mark(&self, other: T) { other.base(); } } // = Base.base
        impl Item { const LIMIT: usize = 2; fn new() -> Self { Self } fn own(&self) -> usize { Self::LIMIT } }
        impl Deref for Wrapper { type Target = Item; fn deref(&self) -> &Self::Target { &self.item } }
        pub struct Sender;
        impl Sending for Sender { fn sent(&self) {} }
        impl Display for Item { fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str("x") } }
        impl<T> Marker<T> for Vec<T> { fn mark(&self, other: T) {} }
        fn bounded<A: Base + Clone, B, F>(a: A, b: &B, f: F, both: &dyn Base) where B: Named,
            F: Fn(Item) -> Other, Vec<B>: Marker<B> {
            a.base(); // = Base.base
            b.twice(); // = Named.twice
            b.base(); // = Base.base
            b.name().base(); // = Named.name Base.base
            f(Item).base(); // = Other.base
            both.base(); // = Base.base
        }
        fn concrete(item: Item, wrapper: &Wrapper, all: Alias<Item>, plain: Plain, made: Made, shown: impl Base) {
            item.name().base(); // = Item.name Other.base
            item.twice(); // = Named.twice
            item.mark(Other); // = Item.mark
            item.clone().own(); // = Item.own
            wrapper.own(); // = Item.own
            wrapper.base(); // = Item.base
            wrapper.deref().base(); // = Wrapper.deref Item.base
            Sender.sent(); // = Sender.sent
            Sender.queued(); // =
            plain.own(); // = Item.own
            made.unwrap().own(); // = Item.own
            shown.base(); // = Base.base
            Item::new().own(); // = Item.new Item.own
            <Item as Base>::base(&item); // = Item.base
            Base::base(&item); // = Base.base
            let _: Option<<Item as Named>::Out> = None;
        }
        """
    })
    overrides = ends(edges, EdgeKind.OVERRIDES)
    assert ("src/lib.rs#Item.base", "src/lib.rs#Base.base") in overrides
    assert ("src/lib.rs#Other.base", "src/lib.rs#Base.base") in overrides
    implements = ends(edges, EdgeKind.IMPLEMENTS)
    assert {("src/lib.rs#Item", "src/lib.rs#Base"), ("src/lib.rs#Item", "src/lib.rs#Named")} <= implements


def test_modules_and_imports() -> None:
    """Paths go through modules of files and blocks, globs, `super`, `crate`, other crates of the workspace and roots of tests."""
    edges = check({
        "src/lib.rs": """
        pub mod deep;
        pub mod flat;
        mod missing;
        mod inline { pub mod lower {
            pub fn low() { super::up(); self::own(); } pub fn own() {} } pub fn up() {} } // = inline.up inline.lower.own
        pub use deep::{self, inner::{leaf as renamed, *}, Kind::*};
        pub use flat::*;
        use ::http_client::Client;
        use self::inline::lower as low_module;
        use deep::Hidden as _;
        extern crate alloc;
        pub fn top() {
            renamed(); // = leaf
            bud(); // = bud
            flat_one(); // = flat_one
            First(1); // = Kind.First
            low_module::low(); // = inline.lower.low
            crate::deep::inner::leaf(); // = leaf
            self::deep::start(); // = start
            ::http_client::get();
            alloc::vec::Vec::new();
            unknown::far();
            nothing();
            fn local() { use crate::flat::flat_two; flat_two(); } // = flat_two
        }
        """,
        "src/deep/mod.rs": """
        pub mod inner;
        pub trait Hidden {}
        pub enum Kind { First(usize), Second }
        pub fn start() { super::top(); inner::leaf(); crate::flat::flat_one(); } // = top leaf flat_one
        """,
        "src/deep/inner.rs": """
        use super::*;
        use super::super::flat;
        pub fn leaf() { start(); flat::flat_two(); First(1); } // = start flat_two
        pub fn bud() { crate::top(); } // = top
        """,
        "src/flat.rs": """
        pub use crate::deep::inner::*;
        pub use http_client::prelude::*;
        pub fn flat_one() { bud(); } // = bud
        pub fn flat_two() { leaf(); } // = leaf
        """,
        "src/main.rs": """
        mod cli;
        fn main() { own_crate::top(); cli::run(); } // = top run
        """,
        "src/cli.rs": """
        pub fn run() { crate::main(); } // = main
        """,
        "tests/all.rs": """
        mod common;
        use own_crate::deep::start;
        #[test]
        fn works() { common::setup(); start(); } // = setup start
        pub fn helper() {}
        """,
        "tests/common.rs": """
        pub fn setup() { super::helper(); crate::helper(); } // = helper
        """,
        "member/Cargo.toml": '[package]\\nname = "mem-ber"\\n\\n[target.x.dependencies]\\nlibc = "1"\\n[dev-dependencies]\\n'
        'own-crate = { path = ".." }\\n',
        "member/src/lib.rs": """
        use own_crate::renamed;
        use libc::open;
        pub fn member() { renamed(); open(); } // = leaf
        """,
    })
    imports = ends(edges, EdgeKind.IMPORTS)
    assert ("src/lib.rs", "src/flat.rs") in imports
    assert ("src/main.rs", "src/cli.rs") in imports


def test_crates_without_a_manifest() -> None:
    """A folder with `src/lib.rs` is a crate."""
    one = {"one/src/lib.rs": b"pub fn one() {}\n", "two/src/lib.rs": b"use one::one;\npub fn two() { one(); }\n"}
    found = {(e.source, e.target) for graph in resolve_files(one) for e in graph.edges if e.kind is EdgeKind.CALLS}
    assert found == {("two/src/lib.rs#two", "one/src/lib.rs#one")}
