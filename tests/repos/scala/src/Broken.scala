package com.example

class Broken {
  def fine: Int = helper(1)

  def half( = = {
}

object AfterError {
  def again: Int = new Broken().fine
}
