"""What the constructs of Go resolve to: every line that ends in ``// =`` says what it calls or makes of the program."""

from __future__ import annotations

from graph.build import resolve_files
from graph.model import EdgeKind
from tests.graph.languages.expectations import check, ends


def test_types_literals_and_operators() -> None:
    """Literals of every type, conversions, assertions, generics, channels and constants keep their types."""
    check({
        "a.go": """
        package a
        import "fmt"
        // Item is a type.
        type Item struct{ next *Item; kids []Item; byName map[string]*Item; run func(int) *Item; left, right chan Item }
        func (i *Item) Touch() *Item { return i }
        func (Item) Plain() {}
        func (_ Item) Blank() {}
        func newItem() (*Item, error) { return &Item{}, nil } // = Item
        type Named []*Item
        func (n Named) All() {}
        type Table map[Level]Item
        type Level int
        func (l Level) Text() string { return "" }
        const ( Low Level = iota; High; _; Top )
        const First, Second = Level(1), 'x'
        type Copy Item
        type Same = Item
        type Shape interface{ Area() (size int, ok bool); fmt.Stringer }
        type Number interface{ ~int | ~float64 }
        type Single interface{ Shape }
        type List[T any] struct{ items []T; first T }
        func (l *List[T]) Add(x T) *List[T] { return l }
        func (l List[T]) Len() int { return len(l.items) } // =
        func Map[T Shape, U any](xs []T, f func(T) U) (out []U) { for _, x := range xs { x.Area() }; return } // = Shape.Area
        var global, second = newItem() // = newItem
        var declared *Item
        var handler func(*Item) error
        var table = Table{Low: {next: nil}, High: Item{}} // = Table Item
        var matrix = [][]Item{{{next: nil}}, {Item{}}} // = Item
        var counted = [...]Item{0: {next: &Item{}}} // = Item
        var array [3]Item
        var pointers = map[string]*Item{"a": {next: nil}, "b": newOne()} // = newOne
        func newOne() *Item { one, _ := newItem(); return one } // = newItem
        func literals(any interface{ Touch() }, items ...Item) {
            items[0].Touch() // = Item.Touch
            global.Touch() // = Item.Touch
            declared.Touch() // = Item.Touch
            table[Low].next.Touch() // = Item.Touch
            matrix[0][0].Touch() // = Item.Touch
            counted[0].Touch() // = Item.Touch
            array[1:2][0].Touch() // = Item.Touch
            pointers["a"].Touch() // = Item.Touch
            High.Text() // = Level.Text
            Top.Text() // = Level.Text
            Level(3).Text() // = Level Level.Text
            (<-declared.left).Touch() // = Item.Touch
            (*declared).Touch() // = Item.Touch
            declared.run(1).Touch() // = Item.Touch
            Named{declared}.All() // = Named Named.All
            Named(nil).All() // = Named Named.All
            any.(*Item).Touch() // = Item.Touch
            (*Item)(nil).Touch()
            []Item(nil)[0].Touch() // = Item.Touch
            List[Item]{}.Len() // = List List.Len
            list := &List[Item]{first: Item{}} // = List Item
            list.Add(Item{}).Add(Item{}) // = Item List.Add
            new(Item).Touch() // = Item.Touch
            made := make([]Item, 3)
            made = append(made, Item{}) // = Item
            append(made, items...)[0].Touch() // = Item.Touch
            sized := len(made) + 2*cap(made) - int(3.5)
            flag := !(sized > 2) && 1i != 2 || "a" == `b`
            grown := 2 * First
            grown.Text() // = Level.Text
            anonymous := struct{ inner Item }{}
            anonymous.inner.Touch() // = Item.Touch
            var empty struct{}
            var same Same
            same.Touch() // = Item.Touch
            var copied Copy
            copied.next.Touch() // = Item.Touch
            var alias interface{ Number } = nil
            fmt.Println(flag, empty, alias, -sized, ^sized, &same)
            Map[Shape, int](nil, func(s Shape) int { s.Area(); return 1 }) // = Map Shape.Area
        }
        func statements(items []Item, named Named, byName map[Level]*Item, queue chan *Item, done <-chan bool,
            text string) (err error, last *Item) {
            for at, item := range items { item.Touch(); _ = at } // = Item.Touch
            for at := range items { items[at].Touch() } // = Item.Touch
            for level, item := range byName { level.Text(); item.Touch() } // = Level.Text Item.Touch
            for item := range queue { item.Touch() } // = Item.Touch
            for _, item := range named { item.Touch() } // = Item.Touch
            for _, letter := range text { string(letter) } // =
            for at := range 10 { _ = at }
            for range items { break }
            for i := 0; i < 3; i++ { continue }
            var key Level
            for key, last = range byName { last.Touch() } // = Item.Touch
            select {
            case item := <-queue:
                item.Touch() // = Item.Touch
            case item, ok := <-queue:
                _ = ok
                item.Touch() // = Item.Touch
            case last = <-queue:
                last.Touch() // = Item.Touch
            case queue <- newOne(): // = newOne
            case <-done:
            default:
            }
            switch key := Level(2); key {
            case Low, High: key.Text() // = Level.Text
            default: goto end
            }
            switch any(last).(type) { case nil: case func(int) Item: default: }
            if found, ok := byName[Low]; ok { found.Touch() } else if found != nil { found.Touch() } // = Item.Touch
            item, err := newItem() // = newItem
            item, other := newItem() // = newItem
            item.Touch() // = Item.Touch
            items[0], *last = *item, *item
            last.next, err = newItem() // = newItem
            run := func() *Item { return item }
            run().Touch() // = statements.run Item.Touch
            var typed, more *Item = nil, newOne() // = newOne
            typed.Touch(); more.Touch() // = Item.Touch
            defer item.Touch() // = Item.Touch
            go func(i *Item) { i.Touch() }(item) // = Item.Touch statements.<lambda1>
            method := (*Item).Touch
            method(item)
            bound := item.Touch
            bound() // = Item.Touch
            _ = other
        end:
            last.Touch() // = Item.Touch
            return err, last
        }
        """
    })


def test_packages_and_embedding() -> None:
    """Imports by another name, with a dot, of `C`, of vendored and of other modules; embedded types promote what they have."""
    edges = check({
        "a/a.go": """
        package a
        import (
            "C"
            _ "embed"
            . "example.com/own/dotted"
            other "example.com/own/b"
            "example.com/own/go-odd"
            "github.com/some/go-thing/v2"
            "gopkg.in/yaml.v3"
            "vend.or/lib"
        )
        type Inner struct{ deep int }
        func (Inner) Deep() {}
        func (Inner) hidden() {}
        type Middle struct{ *Inner; other.Base }
        type Outer struct{ Middle; thing.Client; *List[int] }
        type List[T any] struct{}
        func (List[T]) Listed() {}
        type Mine other.Base
        type Foreign thing.Client
        type Facade other.Face
        func use(o Outer, mine Mine, foreign Foreign, facade Facade, far thing.Client) {
            o.Deep() // = ?Inner.Deep
            o.Middle.Inner.hidden() // = Inner.hidden
            o.Middle.Based() // = Base.Based
            o.Client.Call() // =
            o.Unknown() // =
            mine.Field.Work() // = Work.Work
            foreign.Some() // =
            facade.Do() // = ?Face.Do
            far.Get() // =
            Dotted() // = Dotted
            odd.Odd() // = Odd
            other.New().Based() // = New Base.Based
            other.private() // =
            lib.Vendored() // = Vendored
            yaml.Marshal(nil) // =
            C.puts(nil) // =
            undefined() // =
            println(len("x")) // =
        }
        """,
        "dotted/d.go": "package dotted\nfunc Dotted() {}\n",
        "b/b.go": """
        package b
        type Work struct{}
        func (Work) Work() {}
        type Base struct{ Field Work }
        func (*Base) Based() {}
        func New() *Base { return &Base{} } // = Base
        type Face interface{ Do(n int) Work; small() }
        type Doer struct{}
        func (Doer) Do(n int) Work { return Work{} } // = Work
        func (Doer) small() {}
        type Short struct{}
        func (Short) Do() {}
        func (Short) small() {}
        """,
        "b/main.go": "package main\nfunc main() {}\n",
        "c/c.go": """
        package c
        import "example.com/own/b"
        type Outside struct{}
        func (Outside) Do(n int) b.Work { return b.Work{} } // = Work
        func (Outside) small() {}
        type Wide interface{ b.Face; Extra() }
        type Foreign interface{ error; Extra() }
        type Wraps struct{ Wide }
        """,
        "go-odd/odd.go": "package odd\nfunc Odd() {}\n",
        "vendor/vend.or/lib/lib.go": "package lib\nfunc Vendored() {}\n",
    })
    assert ("b/b.go#Doer", "b/b.go#Face") in ends(edges, EdgeKind.IMPLEMENTS)
    assert not {("c/c.go#Outside", "b/b.go#Face"), ("b/b.go#Short", "b/b.go#Face")} & ends(edges, EdgeKind.IMPLEMENTS)
    assert ("a/a.go", "b/b.go") in ends(edges, EdgeKind.IMPORTS)


def test_folders_without_a_manifest() -> None:
    """Without any go.mod the longest end of an import that is a folder is it."""
    files = {
        "x/y/y.go": b"package y\nfunc Y() {}\n",
        "a.go": b'package a\nimport "host.org/me/x/y"\nimport "host.org/z"\nfunc f() { y.Y(); z.Z() }\n',
    }
    found = {(e.source, e.target) for graph in resolve_files(files) for e in graph.edges if e.kind is EdgeKind.CALLS}
    assert ("a.go#f", "x/y/y.go#Y") in found
