"""Programming languages: a grammar wheel, a query file and a row in the registry each."""
