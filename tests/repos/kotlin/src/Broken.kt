package com.example.store

class Broken {
    fun fine(): Int = helper(1)

    fun half(: = {
}

fun afterError() = Broken().fine()
