"""Disclosure control: which counts may be shown, and what an outsider could work out from them."""
