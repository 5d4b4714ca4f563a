package internal

type Sound struct{}

func (s Sound) Whole() int {
	return helper(1)
}

func torn(a int {
	return
}

// After is still found.
func After(value int) int {
	return Sound{}.Whole()
}
