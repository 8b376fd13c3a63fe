"""Tests of intake: the template, the reader, the check of rows, the import."""
