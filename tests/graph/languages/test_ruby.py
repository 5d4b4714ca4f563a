"""What names of Ruby resolve to, on small sources."""

from __future__ import annotations

from collections.abc import Collection
from textwrap import dedent

import pytest

from graph.model import EdgeKind, Evidence
from tests.graph.languages.expectations import USES, edges_of, used_in

STORE = "class Store\n  def save; end\n  def self.open; new; end\nend\n"


def targets(body: str, line: str, *, evidence: Evidence = Evidence.PROVEN, kinds: Collection[EdgeKind] = USES, **others: str) -> set[str]:
    """Return what ``line`` uses; ``store.rb`` has the class Store."""
    text = dedent(body)
    files = {"a.rb": text, "store.rb": STORE, **{f"{name}.rb": dedent(other) for name, other in others.items()}}
    found = used_in(files, line, evidence, kinds)
    return {each.removeprefix("a.rb#").removeprefix("store.rb#") for each in found}


def test_field_receiver_is_told_from_the_calling_method_of_the_same_name() -> None:
    """An instance variable that was given a new instance says whose method is called."""
    body = """
    class Service
      attr_reader :store
      def initialize; @store = Store.new; end
      def save
        @store.save # variable
        store.save # reader
      end
      def both; save; end
    end
    """
    assert targets(body, "# variable") == {"Store.save"}
    assert targets(body, "# reader") == {"Service.store", "Store.save"}
    assert targets(body, "def both") == {"Service.save"}


def test_third_party_type_is_no_local_namesake() -> None:
    """A constant of somebody else's module is external, also where the program has one of that name."""
    body = "x = Vendor::Store.new\nx.save # here\n"
    assert targets(body, "# here") == set()
    assert targets(body, "# here", evidence=Evidence.EXTERNAL) == {"external:Vendor#Store.save"}


def test_untyped_receivers_stay_unknown() -> None:
    """A method of what nobody typed is not found by its name."""
    body = "class Other\n  def each; end\n  def save; end\nend\ndef f(x)\n  x.save # here\n  x.each { |y| y.save }\nend\n"
    assert targets(body, "# here", evidence=Evidence.UNKNOWN) == {"unknown:save"}
    assert targets(body, "x.each") == set()


def test_super_follows_the_order_of_look_up() -> None:
    """``super`` goes to the included module before the superclass, in methods of the class to those of the superclass."""
    body = """
    module Loud
      def go; end
    end
    class Base
      def go; end
      def only(a); end
      def self.make; end
    end
    class Leaf < Base
      include Loud
      def go; super; end # module
      def only(a); super(a); end # above
      def self.make; super; end # class
    end
    """
    assert targets(body, "# module") == {"Loud.go"}
    assert targets(body, "# above") == {"Base.only"}
    assert targets(body, "# class") == {"Base.make"}


def test_constructor_chain() -> None:
    """``new`` runs ``initialize``, the inherited one where there is no own; ``super`` in it goes above."""
    body = """
    class Base
      def initialize; end
    end
    class Mid < Base; end
    class Leaf < Mid
      def initialize; super(); end # chain
      def self.make; new; end # own
    end
    Mid.new # inherited
    """
    assert targets(body, "# chain") == {"Base.initialize"}
    assert targets(body, "# own") == {"Leaf", "Leaf.initialize"}
    assert targets(body, "# inherited") == {"Mid", "Base.initialize"}


def test_constants_by_nesting_then_ancestors_then_the_top() -> None:
    """The innermost module that has a constant gives it; ``class A::B`` does not see what A has."""
    body = """
    class Item; def go; end; end
    module Shop
      class Item; def go; end; end
      class Base; LIMIT = 1; end
      class Cart < Base
        def add; Item.new.go; end # nested
        def most; LIMIT; end # inherited
        def all; ::Item.new.go; end # top
      end
    end
    class Shop::Late
      def add; Item.new.go; end # late
    end
    Alias = Shop::Item
    Alias.new.go # alias
    """
    assert targets(body, "# nested") == {"Shop.Item", "Shop.Item.go"}
    assert targets(body, "# inherited", kinds={EdgeKind.REFERENCES}) == {"Shop.Base.LIMIT"}
    assert targets(body, "# top") == {"Item", "Item.go"}
    assert targets(body, "# late") == {"Item", "Item.go"}
    assert "Shop.Item.go" in targets(body, "# alias")


def test_a_reopened_class_has_the_members_of_all_parts() -> None:
    """Members of every file's part belong to the class, and to those that extend it."""
    more = "class Store\n  def extra; save; end\nend\nclass Sub < Store\n  def run; extra; end\nend\n"
    assert targets("Store.new.extra # here\n", "# here", more=more) == {"Store", "more.rb#Store.extra"}
    found = edges_of({"store.rb": STORE, "more.rb": more})
    assert {(e.line, e.target) for e in found if e.kind is EdgeKind.CALLS and e.evidence is Evidence.PROVEN} >= {
        (2, "store.rb#Store.save"),
        (5, "more.rb#Store.extra"),
    }


@pytest.mark.parametrize(
    "line",
    [
        "Store.open.save",
        "s = Store.new; s.save",
        "(s ||= Store.new).save",
        "[Store.new].each { |s| s.save }",
        "s = if x then Store.new else Store.new end; s.save",
        "s = case x when 1 then Store.new end; s.save",
        "begin; x; rescue Store => s; s.save; end",
        "a, s = 1, Store.new; s.save",
        "x.map do |y| s = Store.new; s.save end",
        "box = Box.new; box.item.save",
        "h = { k: Store.new }; h[:k].save",
        "Pair.new.other.save",
    ],
)
def test_values_that_are_a_store(line: str) -> None:
    """Every way in which a variable gets its value shows its methods."""
    body = f"""
    class Box
      attr_accessor :item
      def initialize; self.item = Store.new; end
    end
    Pair = Struct.new(:left) do
      def other; Store.new; end
    end
    def f(x)
      {line} # here
    end
    """
    assert "Store.save" in targets(body, "# here")


def test_methods_of_a_class_are_apart_from_those_of_its_instances() -> None:
    """``def self.x``, ``class << self`` and ``extend`` give the class its methods; those of instances are not among them."""
    body = """
    module Tools
      def tool; end
    end
    class Kit
      extend Tools
      class << self
        def made; end
      end
      def made; end
      def only; end
      alias lone only
      made # body
    end
    Kit.made # class
    Kit.tool # extended
    Kit.only # wrong
    Kit.new.lone # alias
    """
    assert len(targets(body, "# class")) == 1
    assert targets(body, "# body") == targets(body, "# class")
    assert targets(body, "# extended") == {"Tools.tool"}
    assert targets(body, "# wrong") == set()
    assert targets(body, "# alias") == {"Kit", "Kit.only"}


def test_calls_without_receiver_reach_methods_of_the_top() -> None:
    """A method defined outside of any class can be called everywhere; Ruby's own are external."""
    lib = "def helper; end\n"
    body = "class A\n  def run; helper; end\n  def say; puts 1; end\nend\nhelper # top\n"
    assert targets(body, "def run", lib=lib) == {"lib.rb#helper"}
    assert targets(body, "# top", lib=lib) == {"lib.rb#helper"}
    assert targets(body, "def say", evidence=Evidence.EXTERNAL) == {"external:ruby#Kernel.puts"}


def test_requires_import_the_file() -> None:
    """``require_relative`` and ``require`` of a file under lib are imports; anything else is somebody else's."""
    top = "require 'shop/cart'\nrequire_relative 'shop/item'\nrequire 'json'\n"
    files = {"lib/shop.rb": top, "lib/shop/cart.rb": "", "lib/shop/item.rb": ""}
    found = {(e.line, e.target) for e in edges_of(files) if e.kind is EdgeKind.IMPORTS}
    assert found == {(1, "lib/shop/cart.rb"), (2, "lib/shop/item.rb"), (3, "external:json")}
