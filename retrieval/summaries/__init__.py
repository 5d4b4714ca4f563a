"""Symbols, files, modules and repositories in summary: what the index knows of their structure, with its place; no model writes a word."""
