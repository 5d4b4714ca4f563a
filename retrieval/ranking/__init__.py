"""From signals to one ranked list: candidates, signals over them, and the learned weights that fuse these."""
