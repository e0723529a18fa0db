"""Speed and memory of the whole, measured: ``make bench`` prints the tables."""
