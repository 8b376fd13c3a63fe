"""Migrations of the database, run by `shixian.casework.database.migrate` (or `alembic` with this folder's env)."""
