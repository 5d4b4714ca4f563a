"""Load: many questions at once, from users who wait for answers or at a rate that does not."""
