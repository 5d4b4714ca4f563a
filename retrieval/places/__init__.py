"""Asking from a place in the code: what the graph has around it is what someone who writes there is likely to need."""
