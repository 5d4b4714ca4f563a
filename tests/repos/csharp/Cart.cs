using System;
using System.Collections.Generic;
using static System.Math;
using Map = System.Collections.Generic.Dictionary<string, int>;
using Short = Acme.Stock;
global using Acme.Core;

namespace Acme.Shop;

/// <summary>
/// Holds what is bought; see <see cref="Item"/>.
/// </summary>
/// <typeparam name="T">What it holds.</typeparam>
[Serializable, Table("carts")]
[Audited<Cart>]
public abstract partial class Cart<T> : Base<T>, IEnumerable<T>, core.ICloseable where T : Item, IComparable<T>, new()
{
    public const int MaxItems = 100, MinItems = 1;
    private static readonly Logger log = Logger.For<Cart<T>>();
    private readonly Dictionary<string, List<T>> items = new(), spare = new Dictionary<string, List<T>>();
    public event EventHandler<ItemArgs> Added;
    private int count; // not a doc of what follows
    public string Owner { get; private set; } = "nobody";

    /// <summary>How many there are.</summary>
    public int Size => items.Count;

    public T this[int index] => Get(index);

    public event Action Emptied
    {
        add { log.Info("added"); }
        remove { }
    }

    // Makes a cart.
    public Cart(string owner) : base(owner)
    {
        this.Init<T>(owner);
        Owner = owner;
    }

    protected Cart() : this("nobody") { }

    ~Cart() { }

    public static Cart<T> operator +(Cart<T> left, T right) => left;

    /// <inheritdoc/>
    [Obsolete]
    public async Task<Receipt?> Pay<TMoney>([NotNull] TMoney money, params int[] codes) where TMoney : Money
    {
        var total = items?.Sum(1)?.Round();
        await Bank.Transfer(nameof(money));
        int Twice(int amount) => amount * 2;
        Func<int, int> thrice = amount => amount * 3;
        var order = new Short.Order { Id = Twice(1) };
        var lines = new List<Line>();
        base.Pay((money as ICurrency).Code());
        if (order is Special special && typeof(Special) == null) return default(Receipt);
        foreach (Line line in lines) line.Print<string>();
        return (Receipt)Max(thrice(1), 2);
    }

    void ICloseable.Close() { }

    public abstract void Add(T item,
        bool twice);

    public delegate int Pricing(Item item);

    private enum State : byte
    {
        Open = 1,
        /// <summary>Paid.</summary>
        Closed,
    }

    public class Line : Cart<Item>
    {
        public override void Add(Item item, bool twice) { }

        class Größe
        {
            int länge;
        }
    }
}

public struct Point : IEquatable<Point>, IShape
{
    public int X, Y;
}

public record Order(int Id, Item Item) : Base(Id), IRecord;

public interface IShape : IDrawable, Core.INamed<Point>
{
    int Area { get; }
    void Draw(Canvas canvas);
}

public static class Extensions
{
    public static int Doubled(this int value) => value * 2;
}
