package com.example.modern

/** A colour. */
enum Color(val rgb: Int) extends Java.Labelled:
  case Red extends Color(0xff0000)
  case Green, Blue
  case Mix(left: Color, right: Color)

  def hex: String = rgb.toHexString

trait Show[A]:
  def show(a: A): String
  extension (a: A) def shown: String = show(a)

given intShow: Show[Int] with
  def show(a: Int): String = a.toString

given Ordering[Color] = Ordering.by(_.rgb)

extension (text: String)
  def shout: String = text.toUpperCase
  def twice: String = text + text

opaque type UserId = Long

/** Run it. */
@main def run(args: String*): Unit =
  val color = Color.Mix(Color.Red, Color.Blue)
  println(color.hex)

class Service(using config: Config) extends Runnable, AutoCloseable derives Codec:
  def run(): Unit = config.start()
  def close(): Unit = summon[Show[Int]].show(1)
