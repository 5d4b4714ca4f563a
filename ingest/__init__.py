"""Source tree in, parsed files and facts out."""
