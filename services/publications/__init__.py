"""Publications: proposed by a lead, frozen behind the page, voted on, published, withdrawn."""
