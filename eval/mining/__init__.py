"""Questions out of a repository's own past: what its commits, docs, tests and issues ask, with the lines that answer."""
