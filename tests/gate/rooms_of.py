"""The rooms that each person of the demonstration finds in their navigation."""

ROOMS_OF = {
    "ada@clearance.example": {
        *("", "notifications", "shares", "share", "imports", "access", "studies", "quality"),
        *("withdrawals", "erasure", "retention", "letters", "recipients", "holds"),
        *("policy", "assignments", "changes", "operations", "publications", "publication"),
    },
    "rosa@clearance.example": {
        *("", "notifications", "review", "sessions", "session", "holds", "shares", "share"),
        "policy",
    },
    "amina@clearance.example": {
        *("", "notifications", "shares", "share", "publications", "publication", "policy"),
    },
    "uma@clearance.example": {"", "notifications", "audit", "policy"},
    "leo@clearance.example": {
        *("", "notifications", "metrics", "publications", "publication", "publish", "policy"),
    },
}
