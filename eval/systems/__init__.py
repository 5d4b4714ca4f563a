"""Systems that are measured: ours and its peers."""
