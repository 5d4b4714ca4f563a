<?php

declare(strict_types=1);

namespace App\Http\Controllers;

use App\Models\User;
use App\Models\{Order, Invoice as Bill};
use App\Contracts\Storage as StorageContract;
use function App\Support\format_money;
use const App\Support\DEFAULT_CURRENCY;
use function App\Text\{slug, trim_all as squeeze};
use Psr\Log\LoggerInterface, Psr\Cache\CacheItem;

require_once __DIR__ . '/helpers.php';

const PAGE_SIZE = 20;
define('APP_ROOT', __DIR__);

/**
 * Lists and stores users.
 *
 * @package App
 */
#[Route('/users', name: 'users')]
final class UserController extends BaseController implements StorageContract, \Countable
{
    use AuthorizesRequests, \App\Traits\Loggable {
        Loggable::log as protected writeLog;
    }

    public const VERSION = '1.0', REVISION = 3;

    /** How many users were seen. */
    private int $seen = 0, $skipped;
    protected static ?User $current = null;

    /** Wire the controller. */
    public function __construct(
        private readonly UserRepository $users,
        protected LoggerInterface $logger,
        int $limit = self::VERSION
    ) {
        parent::__construct($users);
    }

    /**
     * Show all users.
     */
    #[Get('/'), Cached]
    public function index(Request $request, ?Filter $filter = null): JsonResponse|Response
    {
        $users = $this->users->findAll($request->query('page'));
        foreach ($users as $user) {
            $this->logger?->info("seen {$user->name} and {$user->title()}");
            $total = format_money($user->balance());
        }
        $report = new Report(new \DateTimeImmutable());
        $handler = function (Event $event) use ($report): void {
            $report->add($event);
        };
        $anonymous = new class($report) extends Listener implements Runnable {
            public function run(): void
            {
                self::log();
            }
        };
        if ($filter instanceof DateFilter) {
            return static::render($report);
        }
        return array_map(fn (User $u): string => strtoupper($u->name), User::query()->where('a', 1)->get());
    }

    public static function make(): static
    {
        return new static(new self(), Bill::class);
    }

    abstract protected function größe(): int;
}

/** What a store can do. */
interface Store extends \Countable, StorageContract
{
    public function index(): void;
}

trait Loggable
{
    protected $channel = 'app';

    public function log(string $message): void
    {
        \error_log($message);
    }
}

/** The state of an order. */
enum Status: string implements HasLabel
{
    case Open = 'open';
    case Closed = 'closed';

    const DEFAULT = self::Open;

    public function label(): string
    {
        return ucfirst($this->value);
    }
}

/** Help a little. */
function helper(array $items): iterable
{
    try {
        yield from $items;
    } catch (NotFound | \RuntimeException $error) {
        throw new HttpException(404);
    }
    $sql = <<<SQL
        class NotAClass { function notAMethod() {} }
    SQL;
}

if (! function_exists('late')) {
    function late() { return helper([]); }
}
