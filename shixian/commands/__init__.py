"""Commands of the `shixian` program, a file per subject; `shixian.cli` puts them together."""
