"""A running Clearance for tests from outside: processes, HTTP, websockets."""
