class Broken {
    func fine() -> Int { helper(1) }

    func half( -> = {
}

func afterError() -> Int { Broken().fine() }
