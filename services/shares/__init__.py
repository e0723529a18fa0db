"""Shares from request to recall, one module for each thing that people do with them."""
