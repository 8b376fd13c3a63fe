"""Flows on a real Prefect server with a real worker: one house for all tests of this folder."""
