"""Tests of the house itself: backup and restore."""
