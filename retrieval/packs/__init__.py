"""What answers a question, chosen and laid out so that it fits a budget of tokens (docs/packs.md)."""
