package com.example
package store

import scala.collection.mutable
import scala.concurrent.{ExecutionContext, Future => Eventually}
import com.example.model._
import java.util.{List => JList, Map => _, _}
import com.example.syntax.all.{given, *}, com.example.Single

/** Things that can be stored.
  *
  * @tparam A what is stored
  */
sealed trait Stored[+A] extends Product with Serializable {
  def id: Long
  def map[B](f: A => B): Stored[B]
  type Key
  val label: String = "stored"
}

/** A catalog of items. */
@deprecated("use Shelf", "1.0")
abstract class Catalog[A: Ordering](val name: String, private var size: Int, hidden: Clock)(implicit ec: ExecutionContext)
    extends Base[A](name) with Stored[A] with Logging {
  type Key = String
  private val items, extras = mutable.Map.empty[Key, A]
  var count = 0
  lazy val index: Index[A] = new Index[A](items)

  def this(name: String) = this(name, 0, Clock.system)

  /** Find one item. */
  @throws[NotFound]
  override def find(key: Key)(implicit show: Show[A]): Option[A] = {
    val found = items.get(key)
    def local(x: Int): Int = x + 1
    logger.debug(s"found ${found.map(show.show)}")
    found.map(render).getOrElse(throw new NotFound(key))
  }

  def +(other: Catalog[A]): Catalog[A] = other combine this

  class Page(val number: Int) {
    def next: Page = new Page(number + 1)
  }
}

object Catalog {
  private val Default = "main"
  val MAX_SIZE: Int = 10

  case class Entry(id: Long, título: String) extends Ordered[Entry] {
    def compare(that: Entry): Int = id.compare(that.id)
  }

  case object Empty extends Stored[Nothing]

  implicit val ordering: Ordering[Entry] = Ordering.by(_.id)
  implicit class RichEntry(val entry: Entry) extends AnyVal {
    def shout: String = entry.título.toUpperCase
  }

  def apply(name: String): Catalog[Entry] = new Catalog[Entry](name) with Cached {
    override def close(): Unit = Catalog.release(this)
  }

  def release(catalog: Catalog[_]): Unit = {
    val Entry(id, title) = Entry(1L, "x")
    val sql = """class NotAClass { def notAMethod = 1 }"""
    List(1, 2).map { n => n + 1 }.foreach(println)
    catalog match {
      case c: Closeable => c.close()
      case _ => ()
    }
  }
}

package object syntax {
  type Id = Long
  def identity2[A](a: A): A = a
}
