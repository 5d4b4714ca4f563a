"""Offline measurement."""
