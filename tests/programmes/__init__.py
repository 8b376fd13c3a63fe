"""Tests of single programmes, for what a scenario file cannot say."""
