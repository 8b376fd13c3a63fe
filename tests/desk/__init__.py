"""The desk over a real database, by HTTP."""
