"""PHP: every construct of the table in one realistic shop, and that cut text is read without an error."""

from __future__ import annotations

from pathlib import Path

from graph.model import Evidence
from tests.graph.languages.expectations import edges_of

REPOSITORY = Path(__file__).parents[2] / "repos" / "php"
LIB = r"""<?php
namespace App\Lib {
    const LIMIT = 5;
    function help() { return new Box(); }
    function aid(...$values) { return $values; }
    class Box { public string $n = ''; public function open(): static { return $this; }
    public function name(): string { return $this->n; }
    public function twin(): Box { return $this; } }
    class Crate { public static Crate $made; public function lift() {} }
}
namespace {
    function root_level() { return \App\Lib\help(); }
    const ROOT = 1;
}
"""
SHOP = r"""<?php
namespace App\Shop;

require_once __DIR__ . '/lib.php';
include (dirname(__DIR__) . '/other.php');
require $dynamic . '/x.php';
include "plain.php";
include "with$var.php";

use Vendor\Log as Logger;
use function App\Lib\{help, aid as helping};
use const App\Lib\LIMIT;
use App\Lib\{Box, Crate as Case_};

define('APP_FLAG', 1);
define($name, 2);
const LOCAL = LIMIT + 1, OTHER = 3;

#[Attribute]
interface Saves extends \Countable { const MODE = 'm'; public function save(): void; }

trait Loud {
    public ?Box $kept = null;
    public function shout(): static { return new static(); }
    public function me(): self { return new self; }
    public function up() { return new parent; }
}
trait Quiet { public function hush() { return static::class; } }

enum Level: int implements Saves {
    use Quiet { hush as protected; Quiet::hush as still; hush as whisper; }
    case Low = 1;
    case High = 2;
    const TOP = self::High;
    public function save(): void { self::Low->save(); }
    public static function pick(int $n): self { return match (true) { $n > 1, $n > 2 => self::High, default => self::from($n) }; }
}

abstract class Base {
    protected static Box $shared;
    public int $count = 0;
    public function __construct(protected readonly Box $box, public ?Logger $log = new Logger('x')) {}
    public function make(): parent|null { return null; }
    public static function build(...$args): static { return new static(...$args); }
    public function __invoke(int $x) { return $this->box; }
    abstract public function todo();
}

#[Note(kind: 'shop', level: Level::High)]
final class Shop extends Base implements Saves, \JsonSerializable {
    use Loud { shout as cry; Loud::me as protected mine; }
    /** @var Box[] */
    private $boxes = [];
    /** @var array<string, Crate> */
    private $crates = ['a' => 1, 'b' => 2];
    /** @var ?Box|null */
    private $one;
    /** @var Box<int */
    private $odd;
    /** @var array<Box|Crate> */
    private $mixedArray;
    /** @var Box& */
    private $ref;
    /** @var mixed */
    private $any;
    private (Box&Saves)|null $both;
    private Box|Case_ $either;
    private Box&Saves $inter;
    public string $hooked { get => $this->box->name(); set { $this->count = 1; } }

    /**
     * @param Box $given the box
     * @param list<Box> $many
     * @return $this
     */
    public function put($given, $many, &...$rest) {
        $given->name();
        foreach ($many as $each) { $each->open(); }
        foreach ($this->boxes as $key => $box) { $box->open(); }
        foreach ($this->boxes as &$byRef) $byRef->open();
        foreach ($this->crates as [$first, $second]) { $first; }
        foreach ($rest as $r): $r; endforeach;
        return $this;
    }
    public function parentCalls(): void {
        parent::make();
        $p = new parent($this->box);
        $x = parent::class;
        $y = self::MODE;
        $z = Level::High;
        static::$shared->open();
        self::$$x;
        $n = static::build();
        $this->{$x}();
        $this->$x;
        $obj?->name();
        $obj::$prop;
        $x::make();
        Shop::{$x}();
        $this->put($this->one, [])->cry();
    }
    public function save(): void {
        $a = $this->box ?? new Box();
        $a->open();
        $b ??= new Box();
        $b->open();
        $count += help();
        $this->one ??= new Box();
        [$c, $d] = [new Box(), new Case_()];
        $c->open();
        $d->lift();
        ['k' => $e, /* gap */ 'l' => $f] = ['k' => new Box(), 'l' => new Case_];
        $e->open();
        list($g, , list($h)) = $this->boxes;
        $fn = help(...);
        $g1 = fn(Box $q): Box => $q->open();
        $g2 = function (Box $q) use ($a, &$b): ?Box { static $memo = 1, $none; global $wide; return $q->twin(); };
        $g2($a)->open();
        $an = new class($a) extends Base implements Saves {
            public function save(): void {}
            public function todo() { return new self($this->box); } };
        $an->todo();
        echo "text {$a->name()} and $b", 'plain', <<<EOT
        here {$a->name()}
        EOT;
        $ok = $a instanceof Box && !($b instanceof Case_) and true;
        $t = $ok ? new Box() : null;
        $t->open();
        $u = $t ?: new Box();
        $u->open();
        $v = clone $u;
        $v->open();
        @$v->open();
        $m = match ($ok) { true => new Box(), default => throw new \LogicException('no') };
        $m->open();
        $w = new ($x)($a, $b);
        $w = new $x->kind(1);
        helping(value: $a, ...$list);
        strlen(__CLASS__) + \strlen(__FILE__) . namespace\local() . PHP_EOL . E_ALL;
        Sub\deep();
        \App\Lib\help();
        $this->boxes[] = $u;
        $this->boxes[0]->open();
        $arr = [...$this->boxes, 'k' => 1];
        $arr2 = [1, 2.5, true, null, FALSE];
        (function () { return 1; })();
        ($this->one)->open();
        $copy = &$a;
        $copy->open();
        $y = self::TOP . LOCAL . APP_FLAG;
        help()[0];
        "abc"[1];
        $arr{0};
        if ($t instanceof Shop && $u instanceof Box) { $t->put(1, 2); } elseif (!$v) { $v->open(); } else { helping(); }
        if (!($ok instanceof Box)) { return; }
        $ok->open();
        if (!$mm instanceof Box) throw new \Exception();
        $mm->open();
        if (!$nn instanceof Box) { throw new \Exception(); }
        $nn->open();
        if ($x > 1 || $y): help(); endif;
        try { $a->open(); } catch (\RuntimeException | Case_ $err) { $err->lift(); } catch (\Exception) { help(); } finally { helping(); }
        switch ($x) { case 1: help(); break; default: helping(); }
        while (help()) { continue; }
        do { helping(); } while (false);
        for ($i = 0; $i < 3; $i++) { help(); }
        /** @var Box $typed */
        $typed = thing();
        $typed->open();
    }
    /** @return iterable<Box> */
    public function each(): \Generator {
        yield new Box();
        yield 'k' => new Box();
        yield from $this->boxes;
        yield;
    }
    public function todo() {}
    public function jsonSerialize(): mixed { return $this->count; }
}

function local(Box|null $b, int|string $s = LOCAL): ?Box { return $b; }
function take(callable $f, self $odd, parent $odder) { return $f(1); }
$global = new Shop(new Box());
$global->save();
$again = (new Shop(box: new Box()))(3);
$arrow = fn() => $global;
if ($global instanceof Shop) { $global->save(); }
Case_::$made->lift();
unset($global->count);
"""


def test_every_construct_of_a_shop() -> None:
    """Names, types, comments, narrowing, closures and traits say what a line uses."""
    program = edges_of({"shop.php": SHOP, "lib.php": LIB})
    found = {(e.line, str(e.kind), e.target.partition("#")[2]) for e in program if e.path == "shop.php" and e.evidence is Evidence.PROVEN}
    lines = SHOP.split("\n")

    def uses(line: str, kind: str = "calls") -> set[str]:
        numbers = {number for number, text in enumerate(lines, 1) if line in text}
        assert numbers, line
        return {target.rpartition("App.")[2] for number, each, target in found if number in numbers and each == kind}

    for opened in (
        "$a",
        "$b",
        "$c",
        "$e",
        "$t",
        "$u",
        "$v",
        "@$v",
        "$copy",
        "$ok",
        "$mm",
        "$nn",
        "$typed",
        "$each",
        "$box",
        "($this->one)",
    ):
        assert "Lib.Box.open" in uses(f" {opened}->open();"), opened
    assert uses("$d->lift()") == {"Lib.Crate.lift"}
    assert uses("$fn = help(...)", "references") == {"Lib.help"}
    assert uses("$given->name()") == {"Lib.Box.name"}
    assert uses("static::$shared") == {"Lib.Box.open"}
    assert uses("static::$shared", "reads") == {"Shop.Base.shared"}
    assert uses("$n = static::build()") == {"Shop.Base.build"}
    assert uses("parent::make()") == {"Shop.Base.make"}
    assert uses("new parent($this->box)", "instantiates") == {"Shop.Base"}
    assert uses("new static(...$args)", "instantiates") == {"Shop.Base"}
    assert uses("(new Shop(box:") == {"Shop.Base.__construct", "Shop.Base.__invoke"}
    assert uses("$this->put($this->one, [])->cry()") == {"Shop.Shop.put", "Shop.Loud.shout"}
    assert uses("helping(value: $a") == {"Lib.aid"}
    assert uses("namespace\\local()") == {"Shop.local"}
    assert uses("Case_::$made") == {"Lib.Crate.lift"}
    assert uses("if ($t instanceof Shop") == {"Shop.Shop.put", "Lib.Box.open", "Lib.aid"}
    assert uses('echo "text') == {"Lib.Box.name"}
    assert uses("final class Shop", "inherits") == {"Shop.Base"}
    assert uses("final class Shop", "implements") == {"Shop.Saves"}
    assert uses("use Loud {", "inherits") == {"Shop.Loud"}
    assert uses("self::Low->save()") == {"Shop.Level.save"}
    assert uses("yield new Box()", "instantiates") == {"Lib.Box"}
