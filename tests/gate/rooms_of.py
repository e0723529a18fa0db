"""The rooms that each person of the demonstration finds in their navigation."""

ROOMS_OF = {
    "ada@clearance.example": {
        *("", "shares", "share", "imports", "access", "studies", "quality"),
        *("withdrawals", "recipients", "policy", "changes"),
        *("publications", "publication", "operations"),
    },
    "rosa@clearance.example": {
        *("", "review", "sessions", "session", "shares", "share", "policy"),
    },
    "amina@clearance.example": {
        *("", "shares", "share", "publications", "publication", "policy"),
    },
    "uma@clearance.example": {"", "audit", "policy"},
    "leo@clearance.example": {
        *("", "metrics", "publications", "publication", "publish", "policy"),
    },
}
