"""Ranking: candidates, the signals over them, and what fuses these."""
