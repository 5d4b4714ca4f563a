"""HTTP routes and the calls that ask for them."""
