"""Publications: aggregates that leave, what is voted on, and how they may move on."""
