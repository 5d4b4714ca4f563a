"""The versions of what is derived while a graph is made. Apart from what derives it, so that who reads a graph loads none of that."""

from __future__ import annotations

FLOW_VERSION = 11
"""Raise it when the same bytes yield another flow: stored flows of another version are made again."""
RESOLVER_VERSION = 5
"""Raise it when the same flows give other edges: graphs that another version made are made anew."""
FILE_EDGES_VERSION = 1
"""Raise it when the same edges add up to other rows between files: graphs that another version made are made anew."""
MADE_BY = f"{FLOW_VERSION}.{RESOLVER_VERSION}.{FILE_EDGES_VERSION}"
"""What made a graph."""
