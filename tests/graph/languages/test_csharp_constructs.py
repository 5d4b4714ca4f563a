"""C#: every construct of the language's table, and what it says of calls."""

from __future__ import annotations

from graph.model import EdgeKind, Evidence
from tests.graph.languages.expectations import Ends, named_ends

# ruff: noqa: E501


def pairs(listed: str) -> Ends:
    """Return the pairs in lines of ``caller: callee callee``; a callee that starts with ``!`` is external."""
    found: Ends = set()
    for line in filter(None, map(str.strip, listed.splitlines())):
        caller, _, callees = line.partition(": ")
        found |= {(caller, each.replace("!", "external:")) for each in callees.split()}
    return found


EXPRESSIONS = """
extern alias Old;
using System; using System.Collections.Generic; using System.Linq; using System.Threading.Tasks;
#define FAST
#nullable enable
[assembly: Mark("x", Level = Shapes.Pi)]
namespace Shop {
    class MarkAttribute : Attribute { public MarkAttribute(string s) {} public double Level { get; set; } }
    class Shapes { public const double Pi = 3.14; }
    class Outer<T> { public class Inner { public static void Go() {} } public static Outer<T> Make() => new(); public T Value; }
    class Item {
        public string Name; public Item Next { get; set; } public List<Item> Parts { get; } = new();
        public int this[int at] { get => at; set { Store(value); } }
        void Store(int x) {}
        public void Go() {} public bool Ok() => true; public T As<T>() where T : Item => null; public Item Self() => this;
        public static implicit operator string(Item i) => i.Name;
        public static Item operator +(Item a, Item b) => a.Self();
        public event EventHandler Changed { add { Go(); } remove { Ok(); } }
        ~Item() { Go(); }
        public void Deconstruct(out int a, out int b) { a = 1; b = 2; }
    }
    class Special : Item { public void Only() {} }
    record Point(int X, int Y) { public void Show() {} }
    record Far(int X, int Y, Item Z) : Point(X, Y);
    enum Level { Low = 1, High = Low + 1 }
    class Use {
        Item item = new(); Item Made { get; } = new(); Item[] items = { new Item(), new Special() };
        Item Fresh() => new() { Name = "x" };
        Item Again() { return new(); }
        void Generics() { Outer<int>.Inner.Go(); var o = Shop.Outer<Item>.Make(); o.Value.Go(); global::Shop.Outer<Item>.Make(); item.As<Special>().Only(); item?.As<Special>(); item?.Next?.Go(); item?.Parts[0].Go(); }
        void Bound() { items?[0].Go(); item?[0].ToString(); }
        void Names() { var s = nameof(item.Name) + nameof(Item); s.Trim(); ("a" + item).Trim(); Local<Item>(null); void Local<T>(T t) {} }
        void Init() { var i = new Item { Name = "n", Next = { Name = "deep" }, Parts = { new Item() } }; i.Go(); var d = new Dictionary<string, Item> { ["a"] = Fresh(), { "b", Again() } }; d["a"].Go(); }
        void With(Point p) { var q = p with { X = 3, Y = Count() }; q.Show(); }
        int Count() => 1;
        void Casts(object o) { ((Special)o).Only(); (o as Special).Only(); if (o is Special) Count(); (item ?? Fresh()).Go(); (o is Item ? item : Fresh()).Go(); }
        void Arrays() { var a = new Item[] { Fresh() }; a[0].Go(); var b = new[] { Fresh(), item }; b[0].Go(); Item[] c = [item]; c[0].Go(); int[,] g = new int[2, 2]; g[0, 1] = Count(); var n = new Item[Count()]; }
        void Tuples() { (Item left, int n) t = (item, 1); var (a, b) = (Fresh(), item); a.Go(); b.Ok(); (item, items[0]) = (a, b); foreach (var (k, v) in new[] { (item, 1) }) k.Go(); foreach (Item e in items) e.Go(); (a) = b; }
        void Anon() { var z = new { item.Name, Total = Count(), item }; }
        void Other() { var t = typeof(Special); int n = sizeof(Level); var d = default(Item); d.Go(); Item e = default; e!.Go(); checked { n++; } n = checked(n + 1); ref Item r = ref item; r.Go(); bool b = n == 1 && item.Ok(); goto done; done: ; }
        void Query() { var q = from Item i in items join j in items on i.Name equals j.Name where i.Ok() let k = i.Next orderby i.Name select i.Self(); foreach (var e in q) e.Go(); }
        #region patterns
        string Switch(object o) => o switch { Special { Next: { Name: "x" } n, Name: "y" } s when s.Ok() => s.Name, Point(1, 2) p => Shown(p), Item or Point => "b", not null => "c", int and > 3 => "d", var v => Shown(v), _ => throw new Exception() /* none */ };
        string Shown(object o) => "";
        void Statements(object o) {
            switch (o) { case Special s: s.Only(); break; case Item { Next: Special x }: x.Only(); break; case Level.High: Count(); break; default: break; }
            try { Count(); } catch (InvalidOperationException e) when (e.Message != null) { e.ToString(); } catch (Exception) { } finally { Count(); }
            using (var r = Fresh()) { r.Go(); } lock (item) { item.Go(); } for (Item i = item; i.Ok(); i = i.Next) i.Go(); while (item.Ok()) { } do { item.Go(); } while (item.Ok());
            if (TryGet(out Item got, out var other)) got.Go();
            Func<Item, bool> f = delegate(Item i) { return i.Ok(); }; f(item); Action<Item> g = async (Item i) => { await Task.Delay(1); i.Go(); };
            item += item; item[0] = 1; yield return item;
        }
        bool TryGet(out Item i, out Item j) { i = item; j = null; return true; }
        #endregion
        #if FAST
        void Fast() { item.Go(); }
        #elif SLOW
        void Slow() { item.Ok(); }
        #else
        void Rest() { item.Self(); }
        #endif
        unsafe void Raw(int* p, scoped ref Item s, in Item q, Item? maybe, (Item A, int) pair, params Item[] more) { s.Go(); q.Ok(); maybe.Go(); pair.A.Go(); pair.Item1.Ok(); more[0].Go(); fixed (int* x = &p[0]) { } }
    }
}
"""
LIBRARY = """
using System; using System.Collections.Generic; using System.Collections.Concurrent; using System.Linq; using System.Linq.Expressions; using System.Threading.Tasks;
class Item { public void Go() {} public bool Ok() => true; public List<Item> Kids; public int Rank; public Item Self() => this; }
class Bag { public IEnumerator<Item> GetEnumerator() => null; public Item this[string s] => null; }
class Blind { }
class Use {
    List<Item> list; Item[] array; Dictionary<string, Item> map; ConcurrentDictionary<string, Item> cache; Func<Item> make; Queue<Item> queue;
    void Element() { list.First().Go(); array.Last(e => e.Ok()).Go(); queue.Dequeue().Go(); list.Find(e => e.Ok()).Go(); list.MaxBy(e => e.Rank).Go(); list.Max(e => e.Rank).ToString(); list.Max().Go(); }
    void Same() { list.Where(e => e.Ok()).OrderBy(e => e.Rank).First().Go(); array.ToList()[0].Go(); list.ToArray()[0].Go(); list.Skip(1).ToHashSet().First().Go(); array.Reverse(); }
    void Select() { list.Select(e => e.Self()).First().Go(); list.SelectMany(e => e.Kids).First().Go(); list.Select(e => e.Rank).First().ToString(); }
    void Plain() { list.Any(e => e.Ok()).ToString(); list.Count().ToString(); list.Contains(null).Equals(1); map.ContainsKey("x").ToString(); map.TryGetValue("x", out var got); got.Go(); }
    void Maps() { cache.GetOrAdd("x", k => Fresh(k)).Go(); cache.AddOrUpdate("x", k => Fresh(k), (k, v) => v.Self()).Go(); map.GetValueOrDefault("x").Go(); foreach (var pair in map) pair.Value.Go(); map.Values.First().Go(); }
    Item Fresh(string s) => null;
    void Funcs() { make().Go(); make.Invoke().Go(); }
    async Task Wait() { (await Later()).Go(); (await Later().ConfigureAwait(false)).Go(); (await Soon()).Go(); Later().ContinueWith(t => 1); Later().Wait(); int? n = 1; n.ToString(); await foreach (var e in Stream()) e.Go(); }
    async Task<Item> Later() => null; async ValueTask<Item> Soon() => null; IAsyncEnumerable<Item> Stream() => null;
    void Loop(Bag bag, Blind blind) { foreach (var e in bag) e.Go(); bag["x"].Go(); foreach (var e in blind) e.Go(); var two = new[] { Fresh(""), Fresh("") }; two.First().Go(); two.Where(e => e.Ok()); two.GetOrAdd(1, x => x); foreach (var e in new List<Item>()) e.Go(); foreach (var e in 5) e.Go(); }
    void Sends() { On(e => e.Ok()); Act((e, n) => e.Go()); Pred(e => e.Ok()); Comp((a, b) => a.Rank); Ev((o, e) => e.Go()); Conv(e => e.Self()); Expr(e => e.Ok()); Odd(e => e.Go()); Many((a, b) => b.Go()); Par(list, e => e.Go()); Vis(e => e.Go()); Vis2((a, b) => a.Go()); Gone((e, f, g) => g.Go()); }
    void On(Func<Item, bool> f) {} void Act(Action<Item, int> f) {} void Pred(Predicate<Item> f) {} void Comp(Comparison<Item> f) {} void Ev(EventHandler<Item> f) {}
    void Conv(Converter<Item, Item> f) {} void Expr(Expression<Func<Item, bool>> f) {} void Odd(Lazy<Item> f) {} void Many(Func<int, Item, bool> f) {} void Par(List<Item> l, Action<Item> f) {} void Gone(Func<Item, bool> f) {}
    delegate void Visit(Item i); void Vis(Visit v) {} void Vis2(Visit v) {}
    void Text(int n) { string.Format("x", n).Trim(); n.ToString().Trim(); string.Join(",", list).Trim(); Console.WriteLine("x"); Math.Abs(1).ToString(); new Lazy<Item>().Value.Go(); Array.Sort(array); array.Length.ToString(); }
}
"""
OVERLOADS = """
using System; using System.Collections.Generic; using Vendor;
class Animal {} class Dog : Animal {} class Cat : Animal {} class Foreign : Gadget {} class Text { public static implicit operator Text(string s) => null; }
class Meter { public static implicit operator int(Meter m) => 1; }
class Known : Exception {}
delegate void Visit(Animal a); struct Money {}
class Num { public void N(int i) {} public void N(long l) {} public void N(double d) {} public void N(string s) {} public void N(object o) {} public void N(bool b) {} }
class Obj { public void O(Animal a) {} public void O(Dog d) {} public void O(object o) {} public void O(string s) {} public void O(Exception e) {} }
class Fun { public void F(Func<int, int> f) {} public void F(Action a) {} public void F(string s) {} public void F(int i) {} public void F(List<int> l) {} }
class Fun2 { public void F(Visit v) {} public void F(Money m) {} }
class Fun3 { public void F(Predicate<int> v) {} public void F(int[] m) {} public void F(Uri u) {} }
class Seq { public void S(IEnumerable<int> e) {} public void S(int[] a) {} public void S(string[] a) {} public void S(string s) {} public void S(List<int> l) {} public void S(Animal a) {} public void S(int a) {} public void S(HashSet<int> h) {} }
class Seq2 { public void S(IEnumerable<char> e) {} public void S(List<char> e) {} }
class Opt { public void P(int a, int b = 2) {} public void P(int a, params string[] more) {} public void P(string name, int size) {} public void P<T>(T a, T b, T c) {} public void P(int a, int b, string c = "") {} }
class Par { public void R(params int[] n) {} public void R(params string[] s) {} public void R(string one, params object[] rest) {} }
class Conv { public void C(Text t) {} public void C(int i) {} }
class Nul { public void X(int i) {} public void X(string s) {} }
class Nul2 { public void X(Uri i, int a) {} public void X(Uri s, string a) {} }
class Gen { public void G<T>(T t) {} public void G<T, U>(T t) {} public void G(int t) {} public void G() {} }
class Base { public void B(int i) {} public void B(Animal a) {} public virtual void V(int i) {} }
class Der : Base { public void B(long i) {} public void B(Cat a) {} public override void V(int i) {} public new void B(Animal a) {} }
class Key { public Key(int i) {} public Key(string s) {} public Key(Animal a, int n = 1) {} }
static class Ext {
    public static void Walk(this Animal a) {} public static void Walk(this Dog d, int n) {} public static void Walk(this object o, string s) {}
    public static int Twice(this int n) => n; public static string Twice(this string s) => s; public static void All<T>(this IEnumerable<T> e) {} public static void All(this List<int> e, int n) {}
    public static void Vend(this Gadget g) {} public static void CompareTo(this int n, int o, int p) {} public static void Over(this IWidget w) {} public static void Add(this List<int> l, string s) {}
}
class Use {
    void Numbers(byte b, short s, long l, float f, decimal d, char c, ulong u, object o, Animal a, List<int> li) { var n = new Num(); n.N(1); n.N(b); n.N(s); n.N(l); n.N(f); n.N(d); n.N(c); n.N(u); n.N("s"); n.N(o); n.N(true); n.N(null); n.N(a); n.N(li); }
    void Objects(Foreign g, Gadget v, Known k, Uri u) { var n = new Obj(); n.O(new Dog()); n.O(new Cat()); n.O(new Animal()); n.O("s"); n.O(1); n.O(g); n.O(v); n.O(k); n.O(u); n.O(new Money()); n.O(new[] { 1 }); n.O(new List<int>()); }
    void Functions() { var n = new Fun(); n.F(x => x); n.F(() => {}); n.F((x, y) => x); new Fun2().F(a => {}); new Fun3().F(a => true); new Num().N(x => x); new Obj().O(x => x); }
    void Sequences(List<int> l, HashSet<int> h, int[] a, string[] t, Uri u, IList<int> il, Dictionary<int, int> m) { var n = new Seq(); n.S(l); n.S(h); n.S(a); n.S(t); n.S("s"); n.S(u); n.S(il); n.S(m); n.S(new[] { 1, 2 }); new Seq2().S("abc"); new Seq2().S(l); n.S(new Dog()); n.S(new Money()); n.S(1); }
    void Optional(dynamic d) { var n = new Opt(); n.P(1); n.P(1, 2); n.P(1, "x", "y"); n.P(size: 1, name: "x"); n.P(b: 3, a: 1); n.P(1, 2, 3); n.P(1, 2, "x"); n.P(d, d); n.P(nope: 1); }
    void Rest(string[] t) { var n = new Par(); n.R(1, 2, 3); n.R("a", "b"); n.R(t); n.R("a", 1); n.R(); n.R(new[] { 1 }); }
    void Converted(Meter m, dynamic d) { var n = new Conv(); n.C("s"); n.C(1); n.C(m); n.C(d); new Nul().X(null); new Nul().X(m); new Nul2().X(d, 1); new Nul2().X(d, "s"); }
    void Generic() { var n = new Gen(); n.G(1); n.G("s"); n.G<int>(1); n.G<int, int>(1); n.G(); n.G(1, 2, 3, 4); }
    void Inherited(Der d) { d.B(1); d.B(new Cat()); d.B(new Dog()); d.V(1); d.B(1L); }
    void Constructed(Dog d) { new Key(1); new Key("s"); new Key(d); new Key(d, 2); new Money(); new Key(); }
    void Extended(Dog d, Animal a, Gadget g, Foreign f, int i, string s, List<int> l, IWidget w, int[] arr, string[] names) { d.Walk(); d.Walk(1); d.Walk("s"); a.Walk(); i.Twice(); s.Twice(); l.All(); l.All(1); g.Vend(); f.Vend(); i.CompareTo(1, 2); g.Over(); w.Over(); l.Add("x"); Ext.Walk(a); Ext.Twice(3); arr.All(); names.All(); s.All(); new[] { 1 }.All(); g.Walk("s"); }
}
"""
MORE = """
using System; using System.Collections; using Vendor.Web;
class Item { public void Go() {} public static Item operator -(Item i) => i; }
class Page : Controller { void Load() { Redirect(); this.View(); base.Bag(); Model.Clear(); } public Page() : base(1) { } }
class Leaf : Page { void Use() { Redirect(); } }
class Shut : IDisposable, ISized { void Close(ISized s) { Dispose(); this.Size(); s.Size(); } int ISized.this[int i] => i; }
class Holder<in T, out U> where T : Item, new() where U : struct { T one; void Each(T t) { t.Go(); one.Go(); } class Deep<V> { } Deep<int> deep; }
class Use {
    Item item; Action done; delegate void D(int a, params Item[] more); int this[int a, int b] { get { return a; } }
    void Take(Item i) { }
    void Run(object o, IList plain, Hashtable table, Queue q) {
        Take(new()); Take(new Item { }); Take(o as Item); var n = nameof(Holder<int, int>.Deep<int>); var t = typeof(Holder<,>);
        if (o is Item) Take(item); if (o is not Item and not null) Take(null); if (o is (Item a, _)) a.Go(); if (o is { Length: > 3 }) Take(item); if (o is [1, .., 2]) Take(item); if (o is var (x, y)) Take(item);
        string s = o switch { int => "a", string => "b", Item { } => "c", >= 3 => "d", (1, Item z) => "e", _ => "f" };
        int[] sizes = { 1, 2 }; int[][] deep = new int[2][]; Span<int> span = stackalloc int[3]; var e = new int[] { 1, 2 };
        foreach (var ((p, r), c) in new[] { ((item, item), 1) }) c.ToString(); foreach (o in plain) { }
        var (k, (l, m)) = (item, (item, item)); k.Go(); (var g, _) = (item, 1); g.Go(); int w, v = 1;
        this[1, 2].ToString(); (-item).Go(); (item = new Item()).Go(); item!.Go(); Func<Item, Item> f = static i => i; var z = default(int); Take(default); Take(i: item); Take(/* none */ item);
        done?.Invoke(); done(); plain.Add(1); table.Clear(); q.Peek(); base.ToString(); base.GetHashCode(); Use.Equals(1, 2);
        Local(1); static int Local(int a) => a; { void Again() { Take(item); } Again(); }
        try { } catch { Take(item); } $"a{item.ToString()}b{Make(item):x}".Trim(); await using var res = item; using Item own = item; own.Go();
        delegate { Take(item); }.Invoke(); Action act = delegate { Take(item); }; int? maybe = null; ((int)maybe).ToString(); o?.ToString(); item?.Go(); _ = item is { } found ? found : null; __arglist(1);
    }
    string Make(Item i) => ""; extern static int Out(); [System.Obsolete("x", error: true)] [return: Marked] unsafe delegate*<int, void> Pointer; partial void Part();
    event Action<int> Fired, Failed; public required Item Needed { get; init; } = new(); public Item Short => new(); public Item Long { get { return new(); } }
    public static explicit operator Item(Use u) => u.item; public static bool operator true(Use u) => true;
}
namespace Empty { } namespace A.B { namespace C { class D { public static void Go() { } } } class E { void R() { C.D.Go(); D2.Go(); } } class D2 { public static void Go() { } } }
enum Tiny : byte { One, Two = One << 1 } struct Pair<T>(T a, T b) { public T First => a; } interface IShape { static abstract void Draw(); int Size { get; } void Named() { Draw(); } }
file class Hidden { } record struct Spot(int X); record Plain; record class Kept(int Y) { public Kept(string s) : this(1) { } }
"""
PROGRAM = {
    "app/app.csproj.cs": "global using static Core.Tools; global using Alias = Core.Thing; global using Legacy;",
    "core/things.cs": """
using System; using Core.Deep;
namespace Core { public static class Tools { public static void Hammer() {} public static int Count; public static class Nested { public static void In() {} } }
  public class Thing { public static void Go() {} public class Part { public static void Fit() {} } }
  public class FancyAttribute : Attribute { }
  namespace Deep { public class Low { public static void Dig() {} } } }
public class Rootless { public static void Run() {} }
""",
    "app/use.cs": """
using System; using System.Collections; using System.Collections.Generic; using static Core.Tools; using static Vendor.Statics; using Vendor.Web; using Piece = Core.Thing.Part; using C = Core; using V = Vendor.Api.Client; using Near = Core.Deep.Low; using static Core.Thing;
namespace Core.App;
[Fancy] [FancyAttribute] [Serializable] [Odd]
class Use : Controller, IDisposable {
    void A() { Hammer(); Count = 1; Nested.In(); Go(); Piece.Fit(); C.Thing.Go(); V.Send(); Near.Dig(); Core.Deep.Low.Dig(); Deep.Low.Dig(); global::Core.Thing.Go(); Rootless.Run(); }
    void B() { System.Console.WriteLine(); System.IO.File.Open("x"); System.Text.Json.JsonSerializer.Serialize(1); Microsoft.Extensions.Foo.Bar(); Vendor.Web.Page.Load(); Core.Missing.Go(); Core.App.Use.S(); Vendor.Other.Go(); }
    public static void S() {}
    void D(Client c, IEnumerable plain, IEnumerable<int> typed, List<int> l) { c.Send(); plain.GetEnumerator(); typed.GetEnumerator(); Redirect("x"); ToString(); Equals(null); base.Dispose(); this.Redirect(); ModelState.Clear(); base.ToString(); Path.Combine("a"); }
    class Inner : Widget { void Q() { Both(); } }
}
interface IOwn : IVendor { void M(); }
class Impl : IOwn { void N(IOwn o) { o.M(); o.ToString(); o.Other(); this.GetHashCode(); M(); } public void M() {} void IOwn.M() { N(this); } int IOwn.P { get => 1; } }
class Lone { void R() { Zip(); this.Zap(); GetType(); } }
""",
    "a/a.csproj": "",
    "a/same.cs": "namespace Dup; class Same { public static void Go() {} } class AUse { void R() { Same.Go(); } }",
    "b/b.csproj": "",
    "b/same.cs": "namespace Dup; class Same { public static void Go() {} } class BUse { void R() { Same.Go(); } }",
    "p/one.cs": "namespace Parts; partial class Big : Below { public Big(int i) {} void One() { Two(); base.Shared(); Shared(); } delegate void D(params int[] a); event D E; void F() { E(1); E.Invoke(2); } }",
    "p/two.cs": "namespace Parts; partial class Big { void Two() { One(); new Big(1); } public new void Shared() {} } class Below { public void Shared() {} } class Prim(int n, Below b) : Below { void U() { b.Shared(); n.ToString(); } } class Prim2(int k) : Prim(k, Make()) { static Below Make() => null; }",
}
MORE_FILES = {
    "own.cs": "namespace Core.Mine; using Sub; using System.Linq.Expressions; class Odd : System.Attribute { } [Odd] class Job { void R(System.Nullable<Spot> s, System.Lazy<Spot> z) { Part.Go(); s.Go(); Vis((a, b) => b.Go()); Any(x => x.Go()); } delegate void V(Spot s); void Vis(V v) {} void Any(object o) {} } struct Spot { public void Go() {} } class Local { void L() { class Odd2 { } System.Func<Spot, int> f = static q => 1; System.Action<Spot> g = q => q.Go(); g(default); } }",
    "sub.cs": "namespace Core.Mine.Sub; class Part { public static void Go() {} }",
    "lib.cs": """class Two { public void P(int a) {} public void P(int a, int b = 1) {} public void P(dynamic a, string b) {} public void Q(dynamic a, int b) {} public void Q(dynamic c, string b) {} public void Q(params int[] a) {} public void Q() {} } class UseTwo { void R(dynamic d, Two t) { t.P(1); t.Q(d, 1); t.Q(b: 1, a: d); t.Q(); t.P(d); t.Q(d, d, d); t.Q(1, "s"); } }""",
}


def test_the_receivers_of_all_expressions_have_types() -> None:
    """Whatever an expression is, what is called on it is a member of its type."""
    found = named_ends({"a.cs": EXPRESSIONS}, EdgeKind.CALLS)
    assert found >= pairs("""
        Shop.Item.Changed: Shop.Item.Go Shop.Item.Ok
        Shop.Item.Item: Shop.Item.Go
        Shop.Item.this: Shop.Item.Store
        Shop.Item.operator~2: Shop.Item.Self
        Shop.Use.Generics: Shop.Item.As Shop.Item.Go Shop.Outer.Inner.Go Shop.Outer.Make
        Shop.Use.Bound: Shop.Item.Go
        Shop.Use.Names: Shop.Use.Names.Local
        Shop.Use.Init: Shop.Use.Again Shop.Use.Fresh Shop.Item.Go
        Shop.Use.With: Shop.Use.Count Shop.Point.Show
        Shop.Use.Casts: Shop.Use.Count Shop.Use.Fresh Shop.Item.Go Shop.Special.Only
        Shop.Use.Arrays: Shop.Use.Count Shop.Use.Fresh Shop.Item.Go
        Shop.Use.Tuples: Shop.Use.Fresh Shop.Item.Go Shop.Item.Ok
        Shop.Use.Anon: Shop.Use.Count
        Shop.Use.Other: Shop.Item.Go Shop.Item.Ok
        Shop.Use.Query: Shop.Item.Go Shop.Item.Ok Shop.Item.Self
        Shop.Use.Switch: Shop.Use.Shown Shop.Item.Ok
        Shop.Use.Statements: Shop.Use.Count Shop.Use.Fresh Shop.Use.TryGet Shop.Item.Go Shop.Item.Ok Shop.Special.Only
        Shop.Use.Statements.<lambda1>: Shop.Item.Ok
        Shop.Use.Statements.<lambda2>: Shop.Item.Go
        Shop.Use.Fast: Shop.Item.Go
        Shop.Use.Slow: Shop.Item.Ok
        Shop.Use.Rest: Shop.Item.Self
        Shop.Use.Raw: Shop.Item.Go Shop.Item.Ok
    """)
    assert named_ends({"a.cs": EXPRESSIONS}, EdgeKind.CALLS, Evidence.EXTERNAL) >= pairs("""
        Shop.Use.Names: !System#String.Trim
        Shop.Use.Statements: !System#InvalidOperationException.ToString
        Shop.Use.Statements.<lambda2>: !System.Threading.Tasks#Task.Delay
    """)


def test_initialisers_with_and_assignments_write_members() -> None:
    """A member that an initialiser, ``with`` or an assignment sets is written; supertypes are what is listed after the name."""
    assert named_ends({"a.cs": EXPRESSIONS}, EdgeKind.WRITES) >= pairs("""
        Shop.Use.Fresh: Shop.Item.Name
        Shop.Use.Init: Shop.Item.Name Shop.Item.Next Shop.Item.Parts
        Shop.Use.With: Shop.Point.X Shop.Point.Y
        Shop.Use.Statements: Shop.Use.item
    """)
    assert named_ends({"a.cs": EXPRESSIONS}, EdgeKind.INHERITS) == {("Shop.Far", "Shop.Point"), ("Shop.Special", "Shop.Item")}


def test_the_library_hands_on_what_its_generic_types_hold() -> None:
    """Elements, copies, awaited results and parameters of delegates have the type that was applied."""
    found = named_ends({"a.cs": LIBRARY}, EdgeKind.CALLS)
    assert found >= pairs("""
        Use.Element: Item.Go
        Use.Element.<lambda1>: Item.Ok
        Use.Element.<lambda2>: Item.Ok
        Use.Same: Item.Go
        Use.Same.<lambda1>: Item.Ok
        Use.Select: Item.Go
        Use.Select.<lambda1>: Item.Self
        Use.Plain.<lambda1>: Item.Ok
        Use.Maps: Item.Go
        Use.Maps.<lambda1>: Use.Fresh
        Use.Maps.<lambda3>: Item.Self
        Use.Funcs: Item.Go
        Use.Wait: Item.Go Use.Later Use.Soon Use.Stream
        Use.Loop: Item.Go Use.Fresh
        Use.Loop.<lambda1>: Item.Ok
        Use.Sends: Use.On Use.Act Use.Pred Use.Comp Use.Ev Use.Conv Use.Expr Use.Odd Use.Many Use.Par Use.Vis
        Use.Sends.<lambda1>: Item.Ok
        Use.Sends.<lambda2>: Item.Go
        Use.Sends.<lambda3>: Item.Ok
        Use.Sends.<lambda5>: Item.Go
        Use.Sends.<lambda6>: Item.Self
        Use.Sends.<lambda7>: Item.Ok
        Use.Sends.<lambda9>: Item.Go
        Use.Sends.<lambda10>: Item.Go
        Use.Sends.<lambda11>: Item.Go
    """)
    assert not {each for each in found if each[0] in {"Use.Text", "Use.Sends.<lambda8>", "Use.Sends.<lambda13>"}}
    assert named_ends({"a.cs": LIBRARY}, EdgeKind.CALLS, Evidence.EXTERNAL) >= pairs("""
        Use.Element: !System.Collections.Generic#List.Find !System.Collections.Generic#Queue.Dequeue !System.Linq#Enumerable.MaxBy
        Use.Same: !System.Collections.Generic#List.ToArray !System.Linq#Enumerable.ToList !System.Linq#Enumerable.Where
        Use.Select: !System#Int32.ToString !System.Linq#Enumerable.SelectMany
        Use.Plain: !System#Boolean.ToString !System.Collections.Generic#Dictionary.TryGetValue
        Use.Maps: !System.Collections.Concurrent#ConcurrentDictionary.GetOrAdd
        Use.Wait: !System.Threading.Tasks#Task.ConfigureAwait !System.Threading.Tasks#Task.Wait !System#Int32.ToString
        Use.Text: !System#String.Trim !System#String.Format !System#Array.Sort !System#Math.Abs !System#Console.WriteLine
    """)


def test_an_overload_is_chosen_by_number_names_and_types() -> None:
    """The nearest parameter types win, extension methods come last, and what cannot be told apart is not proven."""
    found = named_ends({"a.cs": OVERLOADS}, EdgeKind.CALLS)
    assert found >= pairs("""
        Use.Numbers: Num.N Num.N~2 Num.N~3 Num.N~4 Num.N~5 Num.N~6
        Use.Objects: Obj.O Obj.O~2 Obj.O~3
        Use.Functions: Fun.F~2 Fun2.F
        Use.Sequences: Seq.S~2 Seq.S~3 Seq.S~4 Seq.S~6 Seq.S~7 Seq2.S
        Use.Optional: Opt.P Opt.P~3 Opt.P~4 Opt.P~5
        Use.Rest: Par.R Par.R~2 Par.R~3
        Use.Converted: Conv.C~2 Nul.X~2 Nul2.X Nul2.X~2
        Use.Generic: Gen.G Gen.G~3 Gen.G~4
        Use.Inherited: Der.B~2 Der.B~3 Der.V
        Use.Constructed: Key.Key Key.Key~2 Key.Key~3
        Use.Extended: Ext.Add Ext.All~2 Ext.CompareTo Ext.Twice Ext.Twice~2 Ext.Vend Ext.Walk Ext.Walk~2 Ext.Walk~3
    """)
    assert named_ends({"a.cs": OVERLOADS}, EdgeKind.OVERRIDES) >= {("Der.V", "Base.V")}


def test_names_are_looked_up_through_namespaces_usings_and_projects() -> None:
    """Namespaces around come first, then what is used; a type of the own project goes before another's."""
    found = named_ends(PROGRAM, EdgeKind.CALLS)
    assert found >= pairs("""
        Core.App.Use.A: Core.Tools.Hammer Core.Thing.Go Core.Deep.Low.Dig Core.Thing.Part.Fit Core.Tools.Nested.In Rootless.Run
        Core.App.Use.B: Core.App.Use.S
        Core.App.Impl.M~2: Core.App.Impl.N
        Core.App.Impl.N: Core.App.IOwn.M Core.App.Impl.M
        Dup.AUse.R: Dup.Same.Go
        Dup.BUse.R: Dup.Same.Go
        Parts.Big.One: Parts.Big.Two Parts.Big.Shared Parts.Below.Shared
        Parts.Big.Two: Parts.Big.One Parts.Big.Big
        Parts.Big.F: Parts.Big.D.Invoke
        Parts.Prim.U: Parts.Below.Shared
        Parts.Prim2: Parts.Prim2.Make
    """)
    assert named_ends(PROGRAM, EdgeKind.CALLS, Evidence.EXTERNAL) >= pairs("""
        Core.App.Use.A: !Vendor.Api#Client.Send
        Core.App.Use.B: !System#Console.WriteLine !System.IO#File.Open !Vendor.Web#Page.Load
        Core.App.Use.D: !System#Object.ToString !System.Collections#IEnumerable.GetEnumerator
        Core.App.Use.D: !System.Collections.Generic#IEnumerable.GetEnumerator !System.IO#Path.Combine
        Core.App.Lone.R: !System#Object.GetType
    """)
    overrides = named_ends(PROGRAM, EdgeKind.OVERRIDES)
    assert ("Core.App.Impl.M", "Core.App.IOwn.M") in overrides
    assert ("Parts.Big.Shared", "Parts.Below.Shared") not in overrides  # ``new`` hides
    assert ("Core.App.Use.A", "Core.Tools.Count") in named_ends(PROGRAM, EdgeKind.WRITES)


def test_rarer_constructs_are_read_as_well() -> None:
    """What a delegate, foreign base class, primary constructor or discard stands in changes no receiver."""
    found = named_ends({"a.cs": MORE}, EdgeKind.CALLS)
    assert found >= pairs("""
        Use.Run: Use.Take Use.Make Use.Run.Again Use.Run.Local Item.Go
        Use.Run.Again: Use.Take
        Use.Run.<lambda2>: Use.Take
        Use.Run.<lambda3>: Use.Take
        IShape.Named: IShape.Draw
        A.B.E.R: A.B.C.D.Go A.B.D2.Go
        Holder.Each: Item.Go
    """)
    assert named_ends({"a.cs": MORE}, EdgeKind.CALLS, Evidence.EXTERNAL) >= pairs("""
        Leaf.Use: !Vendor.Web#Controller.Redirect
        Page.Load: !Vendor.Web#Controller.Redirect !Vendor.Web#Controller.View !Vendor.Web#Controller.Bag
        Shut.Close: !Vendor.Web#ISized.Size
        Use.Run: !System#Action.Invoke !System#Object.GetHashCode !System#Object.Equals !System#String.Trim
        Use.Run: !System.Collections#Hashtable.Clear !System.Collections#IList.Add !System.Collections#Queue.Peek
    """)
    assert named_ends({"a.cs": MORE}, EdgeKind.INHERITS) == {("Leaf", "Page")}


def test_a_using_may_be_relative_to_the_namespace_of_its_file() -> None:
    """A namespace in use is looked for in those around first; alike parameters do not keep overloads from being told apart."""
    found = named_ends(MORE_FILES, EdgeKind.CALLS)
    assert found >= pairs("""
        Core.Mine.Job.R: Core.Mine.Sub.Part.Go Core.Mine.Job.Vis Core.Mine.Job.Any
        UseTwo.R: Two.P Two.Q Two.Q~2 Two.Q~4
    """)
