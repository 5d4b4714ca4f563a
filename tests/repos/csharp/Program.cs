using Acme.Shop;

Console.WriteLine(Greeting("x"));

string Greeting(string name) => $"hello {name.Trim()}";

namespace Acme.Tools
{
    namespace Inner.Deep
    {
        internal class Cart : IDisposable
        {
            public void Dispose() => GC.SuppressFinalize(this);
        }
    }

    class Other : global::Acme.IOther { }

    class Primary(int size, ILogger log) : Cart(size), IShape
    {
        private int doubled = size * 2;
    }
}
