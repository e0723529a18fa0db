"""Long work and the processes that do it."""
