"""Which symbol touches which, and how we know."""
