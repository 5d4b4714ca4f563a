"""Ways in: the command line, and later HTTP, MCP, web and editor."""

__version__ = "0.1.0"
