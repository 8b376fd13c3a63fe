"""Tests of shixian/rules."""
