"""Query to signals to one ranked list, and the indexer that fills every store."""
