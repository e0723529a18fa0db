"""How the desk runs: what works, what waits and since when, and what needs somebody."""
