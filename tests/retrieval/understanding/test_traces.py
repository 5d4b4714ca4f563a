"""Stack traces as languages and tools print them give frames, innermost first, and say what went wrong."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.query import parse_query
from retrieval.understanding.frames import LINE, Frame, clean_path, read_place
from retrieval.understanding.kinds import QueryKind
from retrieval.understanding.traces import MAX_FRAMES, may_hold_trace, read_trace

PYTHON = """Traceback (most recent call last):
  File "/home/me/shop/app.py", line 31, in <module>
    main()
  File "/home/me/shop/cart/total.py", line 12, in add_item
    price = table[item.code]
            ~~~~~^^^^^^^^^^^
KeyError: 'apple'
"""
PYTHON_CHAINED = """Traceback (most recent call last):
  File "app/db.py", line 5, in connect
    raise OSError("no route")
OSError: no route

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "app/main.py", line 20, in start
    connect()
  File "app/pool.py", line 9, in open
    raise PoolClosed("gone") from None
app.pool.PoolClosed: gone
"""
PYTHON_RECURSION = """Traceback (most recent call last):
  File "a.py", line 2, in f
    f()
  File "a.py", line 2, in f
    f()
  [Previous line repeated 996 more times]
RecursionError: maximum recursion depth exceeded
"""
IPYTHON = """---------------------------------------------------------------------------
TypeError                                 Traceback (most recent call last)
<ipython-input-3-e2060d5eec73> in <module>
----> 1 b2.shear_force()

/usr/lib/python3.8/dist-packages/sympy/printing/latex.py in latex(expr, **settings)
   2913
   2914     \"\"\"
-> 2915     return LatexPrinter(settings).doprint(expr)
   2916

~/sympy/printing/printer.py in _print(self, expr, **kwargs)
    329                 printmethod = '_print_' + cls.__name__
--> 331                     return getattr(self, printmethod)(expr)
    332

TypeError: got an unexpected keyword argument 'exp'
"""
IPYTHON_NEW = """File ~/work/seaborn/_core/plot.py:275, in Plot._repr_png_(self)
    273 def _repr_png_(self):
--> 275     return self.plot()._repr_png_()
LinAlgError: SVD did not converge
"""
DJANGO = """Traceback:
File "/usr/lib/python3.6/site-packages/django/core/handlers/base.py" in get_response
  149.                     response = self.process_exception(e, request)
File "/srv/shop/views.py" in cart
  12.     return render(cart)
Exception Type: KeyError
"""
PYTEST = """tests/test_cart.py:31: in test_total
    assert total(cart) == 3
src/shop/cart.py:12: in total
    return sum(prices)
E   TypeError: unsupported operand type(s) for +: 'int' and 'str'
src/shop/cart.py:12: TypeError
"""
NODE = """/srv/app/src/cart.js:12
    throw new TypeError('no price')
    ^

TypeError: no price
    at Cart.total (/srv/app/src/cart.js:12:11)
    at async Promise.all (index 0)
    at async checkout (file:///srv/app/src/checkout.mjs:40:5)
    at /srv/app/node_modules/express/lib/router/layer.js:95:5
    at Object.<anonymous> (/srv/app/test/cart.test.ts:7:3)
    at new Shop [as Store] (webpack:///./src/shop.js?1a2b:3:9)
    at node:internal/modules/cjs/loader:1105:14
"""
FIREFOX = """TypeError: can't access property "price", item is undefined
total@https://shop.example/static/js/cart.js:12:34
checkout/<@webpack://shop/./src/checkout.js:7:1
@http://localhost:3000/src/main.ts?t=17:3:1
"""
JAVA = """Exception in thread "main" java.lang.IllegalStateException: cart is closed
\tat com.shop.checkout.Checkout.pay(Checkout.java:40) ~[shop.jar:1.2]
\tat java.base/java.lang.Thread.run(Thread.java:829)
\tat jdk.internal.reflect.GeneratedMethodAccessor1.invoke(Unknown Source)
Caused by: java.lang.NullPointerException: Cannot invoke "Item.price()" because "item" is null
\tat com.shop.cart.Cart$Line.lambda$total$0(Cart.java:12)
\tat com.shop.cart.CartKt.main(Cart.kt:3)
\t... 12 more
"""
SCALA = """scala.MatchError: Some(3) (of class scala.Some)
\tat shop.Cart$.total(Cart.scala:12)
\tat shop.Main$.main(Main.scala:5)
"""
CSHARP = """Unhandled exception. System.NullReferenceException: Object reference not set to an instance of an object.
   at Shop.Cart.Total(IEnumerable`1 lines, Boolean round) in C:\\src\\Shop\\Cart.cs:line 12
   at Shop.Program.<Main>$(String[] args) in /src/Shop/Program.cs:line 3
   at System.Threading.Tasks.Task.Execute()
"""
GO = """panic: runtime error: index out of range [3] with length 3

goroutine 1 [running]:
github.com/me/shop/cart.(*Cart).Total(0xc000010000, {0x1, 0x2})
\t/home/me/shop/cart/cart.go:12 +0x1d
main.main()
\t/home/me/shop/main.go:7 +0x25
created by main.serve in goroutine 1
\t/home/me/shop/serve.go:30 +0x5c
exit status 2
"""
RUST = """thread 'main' panicked at src/cart.rs:12:9:
called `Option::unwrap()` on a `None` value
stack backtrace:
   0: rust_begin_unwind
             at /rustc/9fc6b43126469e3858e2fe86cafb4f0fd5068869/library/std/src/panicking.rs:665:5
   1: shop::cart::Cart::total
             at ./src/cart.rs:12:9
   2: shop::main
             at ./src/main.rs:4:5
"""
RUST_OLD = "thread 'main' panicked at 'called `Option::unwrap()` on a `None` value', src/cart.rs:12:9"
RUSTC = """error[E0308]: mismatched types
  --> src/cart.rs:12:9
   |
12 |     "three"
   |     ^^^^^^^ expected `i32`, found `&str`
"""
RUBY = """cart.rb:12:in `total': undefined method `price' for nil:NilClass (NoMethodError)
\tfrom /srv/shop/app/models/checkout.rb:7:in `block in pay'
\tfrom /srv/shop/lib/shop.rb:3:in 'Shop::Store#open'
"""
PHP = """PHP Fatal error:  Uncaught TypeError: Unsupported operand types: string + int in /srv/shop/src/Cart.php:12
Stack trace:
#0 /srv/shop/src/Checkout.php(40): Shop\\Cart->total(Array)
#1 /srv/shop/public/index.php(7): Shop\\Checkout::pay()
#2 {main}
  thrown in /srv/shop/src/Cart.php on line 12
"""
GDB = """Program received signal SIGSEGV, Segmentation fault.
#0  0x00005555555551a9 in cart_total (cart=0x0, n=3) at src/cart.c:12
#1  main (argc=1, argv=0x7ffe) at src/main.c:7
#2  0x00007ffff7df0083 in __libc_start_main () from /lib/x86_64-linux-gnu/libc.so.6
"""
ASAN = """==1234==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x602000000014 at pc 0x4f1b2a
READ of size 4 at 0x602000000014 thread T0
    #0 0x4f1b29 in shop::Cart::total(int, char const*) /src/shop/cart.cpp:12:10
    #1 0x4f1c01 in main /src/shop/main.cc:7
    #2 0x7f0d in __libc_start_main (/lib/libc.so.6+0x21b96) (BuildId: 71e1)
"""
LLDB = """* thread #1, stop reason = EXC_BAD_ACCESS
    frame #0: 0x0000000100003f5c shop`cart_total(cart=0x0) at cart.c:12:15
    frame #1: 0x0000000100003f90 shop`main at main.c:7:3
"""
ELIXIR = """** (KeyError) key :price not found in: %{}
    (shop 0.1.0) lib/shop/cart.ex:12: Shop.Cart.total/1
    (elixir 1.14.0) lib/enum.ex:1658: Enum."-map/2-lists^map/1-0-"/2
"""
DART = """Unhandled exception:
#0      Cart.total (package:shop/cart.dart:12:5)
#1      main (file:///home/me/shop/bin/main.dart:3:8)
"""
TSC = """src/cart.ts(12,5): error TS2322: Type 'string' is not assignable to type 'number'.
src/shop.ts:7:3 - error TS2304: Cannot find name 'Cart'.
"""
GCC = """src/cart.c: In function 'cart_total':
src/cart.c:12:5: error: 'price' undeclared (first use in this function)
include/cart.h:3: warning: unused parameter
"""
MSBUILD = "Shop/Cart.cs(12,9): error CS0103: The name 'price' does not exist in the current context [/src/Shop.csproj]"
ESLINT = """/srv/shop/src/cart.js
  12:5  error  'price' is not defined  no-undef
  14:1  warning  Unexpected console statement  no-console
"""
GO_VET = "cart/cart.go:12:3: undefined: price"


@pytest.mark.parametrize(
    ("text", "frames"),
    [
        (PYTHON, ["/home/me/shop/cart/total.py:12 add_item", "/home/me/shop/app.py:31 <module>"]),
        (PYTHON_CHAINED, ["app/db.py:5 connect", "app/pool.py:9 open", "app/main.py:20 start"]),
        (PYTHON_RECURSION, ["a.py:2 f"]),
        (IPYTHON, ["~/sympy/printing/printer.py:331 _print", "/usr/lib/python3.8/dist-packages/sympy/printing/latex.py:2915 latex"]),
        (IPYTHON_NEW, ["~/work/seaborn/_core/plot.py:275 Plot._repr_png_"]),
        (DJANGO, ["/srv/shop/views.py:12 cart", "/usr/lib/python3.6/site-packages/django/core/handlers/base.py:149 get_response"]),
        (PYTEST, ["src/shop/cart.py:12 ", "src/shop/cart.py:12 total", "tests/test_cart.py:31 test_total"]),
        (
            NODE,
            [
                "/srv/app/src/cart.js:12 Cart.total",
                "/srv/app/src/checkout.mjs:40 checkout",
                "/srv/app/node_modules/express/lib/router/layer.js:95 ",
                "/srv/app/test/cart.test.ts:7 Object.<anonymous>",
                "./src/shop.js:3 Shop",
                "internal/modules/cjs/loader:1105 ",
                "/srv/app/src/cart.js:12 ",
            ],
        ),
        (FIREFOX, ["static/js/cart.js:12 total", "./src/checkout.js:7 checkout", "src/main.ts:3 "]),
        (
            JAVA,
            [
                "Cart.java:12 com.shop.cart.Cart$Line.lambda$total$0",
                "Checkout.java:40 com.shop.checkout.Checkout.pay",
                "Cart.kt:3 com.shop.cart.CartKt.main",
                "Thread.java:829 java.lang.Thread.run",
            ],
        ),
        (SCALA, ["Cart.scala:12 shop.Cart$.total", "Main.scala:5 shop.Main$.main"]),
        (CSHARP, ["C:\\src\\Shop\\Cart.cs:12 Shop.Cart.Total", "/src/Shop/Program.cs:3 Shop.Program.<Main>$"]),
        (
            GO,
            [
                "/home/me/shop/cart/cart.go:12 github.com/me/shop/cart.(*Cart).Total",
                "/home/me/shop/main.go:7 main.main",
                "/home/me/shop/serve.go:30 main.serve",
            ],
        ),
        (
            RUST,
            [
                "src/cart.rs:12 ",
                "/rustc/9fc6b43126469e3858e2fe86cafb4f0fd5068869/library/std/src/panicking.rs:665 rust_begin_unwind",
                "./src/cart.rs:12 shop::cart::Cart::total",
                "./src/main.rs:4 shop::main",
            ],
        ),
        (RUST_OLD, ["src/cart.rs:12 "]),
        (RUSTC, ["src/cart.rs:12 "]),
        (RUBY, ["cart.rb:12 total", "/srv/shop/app/models/checkout.rb:7 block in pay", "/srv/shop/lib/shop.rb:3 Shop::Store#open"]),
        (
            PHP,
            [
                "/srv/shop/src/Cart.php:12 ",
                "/srv/shop/src/Checkout.php:40 Shop\\Cart->total",
                "/srv/shop/public/index.php:7 Shop\\Checkout::pay",
            ],
        ),
        (GDB, ["src/cart.c:12 cart_total", "src/main.c:7 main"]),
        (ASAN, ["/src/shop/cart.cpp:12 shop::Cart::total", "/src/shop/main.cc:7 main"]),
        (LLDB, ["cart.c:12 cart_total", "main.c:7 main"]),
        (ELIXIR, ["lib/shop/cart.ex:12 Shop.Cart.total/1", "lib/enum.ex:1658 "]),
        (DART, ["shop/cart.dart:12 Cart.total", "/home/me/shop/bin/main.dart:3 main"]),
        (TSC, ["src/cart.ts:12 ", "src/shop.ts:7 "]),
        (GCC, ["src/cart.c:12 ", "include/cart.h:3 "]),
        (MSBUILD, ["Shop/Cart.cs:12 "]),
        (ESLINT, ["/srv/shop/src/cart.js:12 ", "/srv/shop/src/cart.js:14 "]),
        (GO_VET, ["cart/cart.go:12 "]),
    ],
)
def test_frames_come_innermost_first(text: str, frames: list[str]) -> None:
    """Path as written but for scheme, host and query; the line; the function where one is named. The cause of another error leads."""
    assert [f"{each.path}:{each.line} {each.function}" for each in read_trace(text).frames] == frames
    assert parse_query(text).kind is QueryKind.TRACE


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        (PYTHON, ["KeyError: 'apple'"]),
        (PYTHON_CHAINED, ["OSError: no route", "app.pool.PoolClosed: gone"]),
        (PYTEST, ["E   TypeError: unsupported operand type(s) for +: 'int' and 'str'", "TypeError"]),
        (NODE, ["TypeError: no price"]),
        (JAVA.splitlines()[4], [JAVA.splitlines()[4]]),
        (RUSTC, ["error[E0308]: mismatched types"]),
        (GO, ["panic: runtime error: index out of range [3] with length 3"]),
        (GCC, ["error: 'price' undeclared (first use in this function)", "warning: unused parameter"]),
        (GO_VET, []),
        ("ValueError: not enough values to unpack", ["ValueError: not enough values to unpack"]),
        ("java.io.IOException: closed", ["java.io.IOException: closed"]),
        ("Uncaught (in promise) TypeError: x is null", ["Uncaught (in promise) TypeError: x is null"]),
    ],
)
def test_a_trace_says_what_went_wrong(text: str, messages: list[str]) -> None:
    """The line with the error's class and text, and what a compiler says after the place."""
    assert list(read_trace(text).messages) == messages


@pytest.mark.parametrize(
    ("text", "frame"),
    [
        ("change line 743 of sympy/printing/latex.py", Frame("sympy/printing/latex.py", 743)),
        ("see `app/cart.py` line 12 for that", Frame("app/cart.py", 12)),
        ("src/cart.ts:12", Frame("src/cart.ts", 12)),
        ("the loop in src/cart.ts:12:5 never ends", Frame("src/cart.ts", 12)),
        ("https://github.com/me/shop/blob/main/src/cart.ts#L12-L20", Frame("src/cart.ts", 12)),
        ("(https://gitlab.com/me/shop/-/blob/v1.2/src/cart.ts?ref=x#L12)", Frame("src/cart.ts", 12)),
    ],
)
def test_places_that_sentences_name_are_frames_too(text: str, frame: Frame) -> None:
    """They make no trace of a question."""
    trace = read_trace(text)
    assert trace.frames == (frame,)
    assert not trace.traced
    assert not trace.lines


@pytest.mark.parametrize(
    "text",
    [
        "how are sessions stored",
        "example.com:8080",
        "connect to db.internal:5432 at 10:30",
        "at 12:30 the cache is cleared",
        "#12 is a duplicate of #13",
        "version 1.2:3",
        "me@shop.example:22",
        "a ratio of 3:2 in line 5",
        'open the "File" menu',
        "step 1: get(1)",
        "",
    ],
)
def test_prose_names_no_frame(text: str) -> None:
    assert read_trace(text) == read_trace("")


def test_lines_of_a_trace_are_told_from_the_prose_around_it() -> None:
    """The header, the frames with their code, and the message."""
    text = f"Total fails for apples\n\nIt says:\n\n{PYTHON}\nAny idea?"
    trace = read_trace(text)
    assert sorted(trace.lines) == list(range(4, 11))
    assert parse_query(text).frames == trace.frames


def test_a_deep_recursion_keeps_the_innermost_frames() -> None:
    """What is left out is counted."""
    frames = "".join(f'  File "m{at}.py", line {at + 1}, in f\n    f()\n' for at in range(MAX_FRAMES + 7))
    trace = read_trace(f"Traceback (most recent call last):\n{frames}ValueError: deep\n")
    assert len(trace.frames) == MAX_FRAMES
    assert trace.frames[0].path == f"m{MAX_FRAMES + 6}.py"
    assert trace.dropped == 7


@pytest.mark.parametrize(
    ("written", "clean"),
    [
        ("webpack:///./src/a.js?1f", "./src/a.js"),
        ("file:///home/a.js", "/home/a.js"),
        ("file:///C:/a.js", "C:/a.js"),
        ("https://x.example:80/js/a.js", "js/a.js"),
        ("node:fs", "fs"),
        ("package:app/a.dart", "app/a.dart"),
        ("C:\\a\\b.cs", "C:\\a\\b.cs"),
        ("plain.py", "plain.py"),
    ],
)
def test_schemes_hosts_and_queries_are_no_part_of_a_path(written: str, clean: str) -> None:
    assert clean_path(written) == clean


HOSTILE = [
    *("at " * 700, "at (" * 500, " in " * 500 + ":line 3", '"' * 2000, 'File "' * 300, "a." * 1000 + ":1", "@" * 2000, "a@/" * 600 + ":1"),
    *("panicked at '" * 150 + "', x", "/src/" * 400 + "#L1 ://", "E" * 1999 + ":", "a.b" * 600 + "Error: ", "(" * 2000 + ")", "1: " * 600),
    *(
        "#0 " + " at " * 500 + "x:1",
        "#1 0x1 in " + "a (" * 500,
        "x.py:1" * 300,
        "line 1 of " * 200,
        "a/" * 999 + ".py:1",
        "\\" * 2000,
        "~" * 2000,
    ),
    *(
        "-" * 1999 + ">",
        "[E] " * 500,
        "Error(" * 300,
        "a::" * 660,
        "::1" * 600,
        ":1:1" * 500,
        "Unhandled " + "a " * 900,
        "\0" * 2000,
        "\ud800:1",
    ),
]


@pytest.mark.parametrize("line", HOSTILE)
def test_no_line_takes_longer_than_its_length_allows(line: str) -> None:
    """The longest line that is read, a hundred times: no pattern is quadratic in the line or the text."""
    text = "\n".join([line[:LINE]] * 100)
    began = time.process_time()
    read_trace(text)
    may_hold_trace(text)
    assert time.process_time() - began < 0.6


@pytest.mark.parametrize("unit", [PYTHON, JAVA, GO, "a" * 60, "x.py:1 ", "\n", "Error: \n", " \t", "😀", "((((("])
def test_a_megabyte_is_read_in_a_moment(unit: str) -> None:
    """Whatever it is made of."""
    text = unit * (1_000_000 // len(unit.encode()))
    began = time.process_time()
    read_trace(text)
    may_hold_trace(text)
    assert time.process_time() - began < 3


@given(st.text(st.sampled_from("at(): \n#0x1/\\.py'\"`in@>FileLine,E")), st.text(max_size=50))
def test_any_text_is_read(text: str, other: str) -> None:
    """Every frame has a path and a line; reading again gives the same."""
    trace = read_trace(text + other)
    assert all(frame.path and frame.line >= 0 for frame in trace.frames)
    assert all(0 <= number <= text.count("\n") + other.count("\n") for number in trace.lines)
    read_place(other)
    assert read_trace(text + other) == trace
