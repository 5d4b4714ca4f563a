"""What the graph knows of each language: one module a language."""
