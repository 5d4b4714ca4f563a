//! Keeps things. Documents the file, not the first item.
use std::collections::{hash_map::{self, Entry as Slot}, BTreeMap, HashMap as Map};
use std::{fmt::{self as f, Display}, io};
use super::*;
use crate::errors::Error as StoreError;
pub use self::shapes::{Shape, circle::*};
use serde;
extern crate libc as c;

mod tests;

pub const MAX_ITEMS: usize = 100;
static HITS: AtomicUsize = AtomicUsize::new(0);
static mut cursor: i32 = 0;

/// One thing on sale.
///
/// The second paragraph.
#[derive(Debug, Clone)]
#[serde(rename_all = "camelCase")]
pub struct Item<T: Priced> where T: fmt::Debug {
    /// What it is called.
    pub name: String,
    price: Vec<T>, // not a doc of what follows
    tags: Option<io::Tags>,
}

struct Pair(pub i32, Item<u8>);

pub enum Event<'a> {
    Open,
    Moved { from: i32, to: i32 },
    Text(&'a str),
}

/** Knows its price. */
pub trait Priced: Send + fmt::Display + Into<Money> {
    const CURRENCY: &'static str;
    type Output;

    fn price(&self) -> Self::Output;

    /// Twice the price.
    fn double(&self) -> f64 {
        self.price() * 2.0
    }
}

impl<T: Priced> Item<T> {
    /// Makes an item.
    #[inline]
    #[must_use]
    pub const fn new(name: &str) -> Self {
        Item { name: name.to_owned(), price: vec![], tags: None }
    }

    pub fn total(&self) -> f64 {
        let add = |a: f64, b: &T| a + b.price();
        fn round(x: f64) -> f64 {
            x.round()
        }
        round(self.price.iter().fold(0.0, add))
    }
}

impl<T> Priced for Item<T> {
    const CURRENCY: &'static str = "EUR";
    type Output = f64;

    fn price(&self) -> f64 {
        assert_eq!(self.total(), compute(1, cache.size()));
        Item::<T>::new("x").total()
    }
}

impl fmt::Display for Pair {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", Event::name(self.0))
    }
}

impl From<Pair> for Vec<i32> {
    fn from(pair: Pair) -> Self {
        <Self as Extend<i32>>::extend(pair)
    }
}

impl Priced for &'_ Pair {}

macro_rules! square {
    ($x:expr) => {
        $x * helper($x)
    };
}

type Shelf<T> = Map<String, Item<T>>;

pub mod shapes {
    use super::Item;

    #[derive(Default)]
    pub struct Item2;

    pub struct Item<T>(T);

    impl<T> Drop for Item<T> {
        fn drop(&mut self) {
            log::info!("dropped {}", self.total());
            std::mem::drop::<T>(self.0);
        }
    }

    pub async fn draw<F>(shape: impl Fn(F) -> Größe) -> Result<F, io::Error> {
        let item = super::Pair { 0: 1, ..Default::default() };
        parse::<F>(shape(square!(2)))?.map::<i32>(|größe| größe.breite())
    }
}

extern "C" {
    fn strlen(text: *const c_char) -> usize;
}

union Bits {
    whole: u32,
}

async fn naïve() {
    fetch().await.unwrap();
}
