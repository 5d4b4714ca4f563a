"""Embedding models beside the shipped static one: what they are called by, how they are opened, how texts become vectors."""
