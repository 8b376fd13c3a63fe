"""Casework: every test here on SQLite and on PostgreSQL, where it touches a database."""
