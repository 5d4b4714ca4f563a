"""What kind of thing was typed: stack traces, diffs, pasted code, issues, questions about structure."""
