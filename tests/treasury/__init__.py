"""Tests of the treasury: the port, the simulated bank on a real port, the HTTP connector, ISO 20022 files."""
