"""Kinds of sets: what each holds, and how it is scored."""
