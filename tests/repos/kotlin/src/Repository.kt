@file:JvmName("Repositories")

package com.example.store

import com.example.model.User
import com.example.model.Order as PurchaseOrder
import kotlinx.coroutines.flow.*
import java.util.UUID

/** How many rows one page holds. */
const val PAGE_SIZE = 20
private val logger = LoggerFactory.getLogger("store")
var `odd name`: String? = null

typealias Handler<T> = suspend (T) -> Unit

/**
 * Loads and stores things.
 *
 * @param T what is stored
 */
interface Repository<T : Any> : Closeable {
    val size: Int
    suspend fun find(id: UUID): T?
    fun save(item: T): Boolean = true
}

/** A repository in memory. */
@Service("users")
open class UserRepository(
    private val clock: Clock,
    val name: String = "users",
    limit: Int,
) : BaseRepository<User>(clock), Repository<User> by delegate, Auditable where User : Any {
    private val items = mutableMapOf<UUID, User>()

    override val size: Int
        get() = items.size

    var count: Int = 0
        private set

    lateinit var cache: Cache<String, List<User>>
    val lazyOne by lazy { Helper.build() }

    init {
        register(this)
    }

    constructor(name: String) : this(Clock.system(), name, 1)

    /** Find one user. */
    @Throws(NotFound::class)
    override suspend fun find(id: UUID): User? {
        val found = items[id] ?: return null
        logger.info("found ${found.displayName()}")
        return found.copy(name = name.trim()).also { audit(it) }
    }

    fun größe(): Int = items.values.map(User::weight).sum()

    class Page(val index: Int) {
        fun next(): Page = Page(index + 1)
    }

    inner class Cursor : Iterator<User> {
        override fun next(): User = TODO()
    }

    companion object {
        const val TABLE = "users"

        @JvmStatic
        fun create(): UserRepository = UserRepository(Clock.system(), limit = 3)
    }

    companion object Factory2 : Maker<User> {
        fun make() = Unit
    }
}

data class Point(val x: Double, val y: Double) {
    operator fun plus(other: Point) = Point(x + other.x, y + other.y)
}

enum class Status(val label: String) : Labelled {
    OPEN("open"),
    CLOSED("closed") {
        override fun describe() = "done"
    };

    open fun describe(): String = label
}

sealed interface Result<out T> {
    data class Ok<T>(val value: T) : Result<T>
    data object Missing : Result<Nothing>
}

annotation class Audited(val level: Int)

fun interface Predicate<T> {
    fun test(item: T): Boolean
}

object Registry : Map<String, Handler<User>> by HashMap() {
    private val entries = HashMap<String, Int>()

    fun register(repository: UserRepository) {
        entries[repository.name] = 1
    }
}

/** Shout a text. */
fun String.shout(times: Int = 1): String = this.uppercase() + "!".repeat(times)

val String.lastChar: Char
    get() = this[length - 1]

fun <T> List<T>.second(): T = get(1)

fun main() {
    val repository = UserRepository.create()
    val text = """
        class NotAClass { fun notAFunction() }
    """.trimIndent()
    fun local(x: Int) = x
    repository.find(UUID.randomUUID())?.let { user -> println(user as PurchaseOrder) }
    val handler = object : Listener<User>, Closeable {
        override fun onEvent(user: User) = local(1)
    }
    listOf(1).filter { it is Number }.forEach(::println)
}
