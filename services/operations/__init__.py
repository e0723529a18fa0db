"""How the desk runs: told to administrators and to monitoring, tended, and said by workers."""

#: The service account that monitors, and walks the audit chain.
SERVICE = "monitoring"
