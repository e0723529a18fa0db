"""The recognisers: Presidio's own that fit interviews, and ours beside them."""
