"""The desk in a real browser: Chromium through playwright, over a real server and a real database file."""
