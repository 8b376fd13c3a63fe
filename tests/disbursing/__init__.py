"""Releases, inquiries and reconciliations against a simulated bank in a process of its own."""
