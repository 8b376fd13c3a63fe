"""Prefect tasks: one run of a lifecycle's stages, and the reports an operator reads. No rules here."""
