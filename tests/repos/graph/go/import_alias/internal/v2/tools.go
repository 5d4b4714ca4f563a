package tools

func Wrap(text string) string { return text }

func Bind(text string) string { return Wrap(text) }
