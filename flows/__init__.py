"""Prefect flows: one per lifecycle, a line each, by province. No rules here."""
