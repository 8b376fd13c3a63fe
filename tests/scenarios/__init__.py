"""Scenarios: cases that a lawyer can read, a folder for each regulation, and the runner that checks them all."""
