"""What names of Rust resolve to, on small sources."""

from __future__ import annotations

from graph.model import EdgeKind, Evidence
from tests.graph.languages.expectations import USES, edges_at, edges_of, ends


def calls(files: dict[str, str], line: str, *, outside: bool = False) -> set[str]:
    """Return what is called or instantiated in the one line that holds this text: of the sources, all of it proven, or all of it."""
    found = [edge for edge in edges_at(files, line) if edge.kind in USES]
    own = [edge for edge in found if edge.target.startswith("src/")]
    assert all(edge.evidence is Evidence.PROVEN for edge in own)
    return {edge.target for edge in (found if outside else own)}


def test_field_receiver_is_told_from_the_calling_method_of_the_same_name() -> None:
    """`self.store.save()` in `save` calls the field's type, through smart pointers too; a field and a method may have one name."""
    files = {
        "src/lib.rs": """
        mod store;
        use std::sync::Arc;
        use store::Store;
        pub struct Service { store: Arc<Store>, size: usize }
        impl Service {
            pub fn new(store: Store) -> Self { Self { store: Arc::new(store), size: 0 } }
            pub fn save(&self) { self.store.save(); }
            pub fn size(&self) -> usize { self.size }
            pub fn both(&self) { self.size(); }
        }
        fn save(service: &Service) { service.save(); } // free
        """,
        "src/store.rs": """
        pub struct Store;
        impl Store { pub fn save(&self) {} }
        """,
    }
    assert calls(files, "self.store.save()") == {"src/store.rs#Store.save"}
    assert calls(files, "// free") == {"src/lib.rs#Service.save"}
    assert calls(files, "self.size();") == {"src/lib.rs#Service.size~2"}
    assert ("src/lib.rs#Service.size~2", "src/lib.rs#Service.size") in ends(edges_of(files), EdgeKind.READS)


def test_third_party_type_with_a_local_namesake() -> None:
    """A method of a dependency's type is external, whatever the crate has under that name."""
    files = {
        "src/lib.rs": """
        mod near;
        use http_client::Client;
        use near::Client as Near;
        fn far(client: &Client) { client.get(); }
        fn here(client: &Near) { client.get() } // near
        fn made() { let client = Near::new(); client.get(); } // made
        fn lost() { http_client::connect().get(); } // lost
        """,
        "src/near.rs": """
        pub struct Client {}
        impl Client { pub fn new() -> Client { Client {} } pub fn get(&self) {} }
        """,
    }
    assert calls(files, "fn far") == set()
    assert calls(files, "fn far", outside=True) == {"external:http_client#Client.get"}
    assert calls(files, "// near") == {"src/near.rs#Client.get"}
    assert calls(files, "// made") == {"src/near.rs#Client.new", "src/near.rs#Client.get"}
    assert calls(files, "// lost") == set()


def test_collection_method_with_a_namesake_in_the_crate() -> None:
    """A vector's `push` is the library's; what comes out of a collection has the type it holds."""
    files = {
        "src/lib.rs": """
        use std::collections::HashMap;
        pub struct Basket { names: Vec<String>, index: HashMap<String, Basket> }
        impl Basket {
            pub fn push(&mut self, name: String) { self.names.push(name); }
            pub fn get(&self) {}
            pub fn iter(&self) {}
            fn look(&self, baskets: &[Basket], one: Option<Basket>) {
                self.index.get("a").unwrap().iter(); // looked up
                for basket in baskets { basket.get(); } // looped
                if let Some(found) = one { found.get(); } // matched
                baskets.iter().for_each(|each| each.get()); // closure
                let all: Vec<_> = baskets.iter().filter(|b| b.names.is_empty()).collect();
                baskets[0].iter(); // indexed
            }
        }
        """
    }
    assert calls(files, "self.names.push") == set()
    assert calls(files, "// looked up") == {"src/lib.rs#Basket.iter"}
    assert calls(files, "// looped") == {"src/lib.rs#Basket.get"}
    assert calls(files, "// matched") == {"src/lib.rs#Basket.get"}
    assert calls(files, "// closure") == {"src/lib.rs#Basket.get"}
    assert calls(files, "let all") == set()
    assert calls(files, "// indexed") == {"src/lib.rs#Basket.iter"}


def test_default_methods_and_supertraits() -> None:
    """A type's own method comes before its trait's; a bound and `dyn` lead to the trait; `impl` blocks say what overrides what."""
    files = {
        "src/lib.rs": """
        pub trait Named { fn name(&self) -> String; fn twice(&self) { self.name(); } }
        pub trait Shape: Named { fn area(&self) -> f64 { 0.0 } fn grow(&mut self); }
        pub struct Square;
        impl Named for Square { fn name(&self) -> String { String::new() } }
        impl Shape for Square { fn grow(&mut self) { self.area(); self.name(); } }
        fn bound<T: Shape + Clone>(shape: T) { shape.area(); shape.name(); } // bound
        fn dynamic(shape: &mut dyn Shape) { shape.grow(); } // dynamic
        fn concrete(square: Square) { square.twice(); square.name(); } // concrete
        """
    }
    assert calls(files, "impl Shape for") == {"src/lib.rs#Shape.area", "src/lib.rs#Square.name"}
    assert calls(files, "// bound") == {"src/lib.rs#Shape.area", "src/lib.rs#Named.name"}
    assert calls(files, "// dynamic") == {"src/lib.rs#Shape.grow"}
    assert calls(files, "// concrete") == {"src/lib.rs#Named.twice", "src/lib.rs#Square.name"}
    assert ends(edges_of(files), EdgeKind.IMPLEMENTS) == {
        ("src/lib.rs#Square", "src/lib.rs#Named"),
        ("src/lib.rs#Square", "src/lib.rs#Shape"),
    }
    assert ends(edges_of(files), EdgeKind.OVERRIDES) == {
        ("src/lib.rs#Square.name", "src/lib.rs#Named.name"),
        ("src/lib.rs#Square.grow", "src/lib.rs#Shape.grow"),
    }


def test_constructor_chain() -> None:
    """Each call of a chain is of what the one before returned, through `Self`, `?` and `Result`."""
    files = {
        "src/lib.rs": """
        mod engine;
        pub struct Car { engine: engine::Engine }
        impl Car {
            pub fn build() -> Result<Self, String> { Ok(Self { engine: engine::Engine::new() }) }
            pub fn with(self, power: u8) -> Self { self }
            pub fn start(&self) {}
        }
        fn drive() -> Result<(), String> {
            Car::build()?.with(1).with(2).start(); // chain
            Car::build().unwrap().engine.tune().tune(); // field
            Ok(())
        }
        """,
        "src/engine.rs": """
        pub struct Engine;
        impl Engine { pub fn new() -> Engine { Engine } pub fn tune(&self) -> &Self { self } }
        """,
    }
    assert calls(files, "// chain") == {"src/lib.rs#Car.build", "src/lib.rs#Car.with", "src/lib.rs#Car.start"}
    assert calls(files, "// field") == {"src/lib.rs#Car.build", "src/engine.rs#Engine.tune"}


def test_import_alias_reexport_and_glob() -> None:
    """Names are followed through aliases, `pub use`, globs, `self`, `super` and the crate's own name."""
    files = {
        "src/lib.rs": """
        pub mod shop;
        pub use shop::deep::{self, Price as Cost};
        pub mod prelude { pub use crate::shop::*; }
        """,
        "src/shop/mod.rs": """
        pub mod deep;
        pub fn sell() { self::deep::count(); } // self
        """,
        "src/shop/deep.rs": """
        pub struct Price;
        impl Price { pub fn add(&self) {} }
        pub fn count() { super::sell(); } // super
        """,
        "src/main.rs": """
        use own_crate::prelude::*;
        use own_crate::Cost;
        use own_crate::deep as d;
        fn run(cost: Cost) {
            cost.add(); // alias
            sell(); // glob
            d::count(); // module
        }
        """,
    }
    assert calls(files, "// self") == {"src/shop/deep.rs#count"}
    assert calls(files, "// super") == {"src/shop/mod.rs#sell"}
    assert calls(files, "// alias") == {"src/shop/deep.rs#Price.add"}
    assert calls(files, "// glob") == {"src/shop/mod.rs#sell"}
    assert calls(files, "// module") == {"src/shop/deep.rs#count"}


def test_enums_patterns_and_associated_types() -> None:
    """Variants are made and taken apart by their types; an associated type is what the implementation says."""
    files = {
        "src/lib.rs": """
        pub struct Point; impl Point { fn draw(&self) {} }
        pub enum Shape { Dot(Point), Line { from: Point, to: Point }, Empty }
        impl Shape {
            fn show(&self) {
                match self {
                    Shape::Dot(point) => point.draw(), // tuple
                    Self::Line { from, to: end } => { from.draw(); end.draw() } // struct
                    Shape::Empty => {}
                }
            }
        }
        fn made() { Shape::Dot(Point).show(); } // made
        struct Source;
        impl Iterator for Source { type Item = Point; fn next(&mut self) -> Option<Self::Item> { None } }
        fn pull(source: &mut Source) { source.next().unwrap().draw(); } // item
        fn shadow() { let point = Some(Point); let point = point.unwrap(); point.draw(); } // shadow
        """
    }
    assert calls(files, "// tuple") == {"src/lib.rs#Point.draw"}
    assert calls(files, "// struct") == {"src/lib.rs#Point.draw"}
    assert calls(files, "// made") == {"src/lib.rs#Shape.Dot", "src/lib.rs#Shape.show"}
    assert calls(files, "// item") == {"src/lib.rs#Source.next", "src/lib.rs#Point.draw"}
    assert calls(files, "// shadow") == {"src/lib.rs#Point.draw"}


def test_macros() -> None:
    """A macro of the crate is called; what the usual macros are given is read as expressions."""
    files = {
        "src/lib.rs": """
        macro_rules! twice { ($e:expr) => { $e; $e } }
        fn count() -> u8 { 1 }
        fn run() {
            twice!(x); // own
            assert_eq!(count(), 1); // given
            odd!(a => count()); // not read
        }
        """
    }
    assert calls(files, "// own") == {"src/lib.rs#twice"}
    assert calls(files, "// given") == {"src/lib.rs#count"}
    assert calls(files, "// not read") == set()


def test_a_path_goes_out_of_several_modules() -> None:
    """Each ``super`` is the module around, in calls as in imports."""
    files = {
        "src/lib.rs": """
        pub fn top() {}
        mod a {
            pub fn mid() {}
            mod b {
                use super::super::top as renamed;
                fn go() {
                    super::super::top(); // call
                    super::super::a::mid(); // down again
                    self::super::mid(); // of itself
                    renamed(); // imported
                }
            }
        }
        """
    }
    assert calls(files, "// call") == calls(files, "// imported") == {"src/lib.rs#top"}
    assert calls(files, "// down again") == calls(files, "// of itself") == {"src/lib.rs#a.mid"}


def test_a_type_in_parentheses_is_no_tuple() -> None:
    """``&(dyn A + Send)`` has the methods of the trait; ``(T,)`` is a tuple of one."""
    files = {
        "src/lib.rs": """
        pub trait A { fn go(&self); }
        fn f(x: &(dyn A + Send), y: (&dyn A,)) {
            x.go(); // trait
            y.go(); // tuple
            y.0.go(); // item
        }
        """
    }
    assert calls(files, "// trait") == calls(files, "// item") == {"src/lib.rs#A.go"}
    assert calls(files, "// tuple") == set()
