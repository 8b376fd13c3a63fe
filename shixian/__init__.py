"""Shixian 时限: public programmes run by the letter of their regulations."""

__version__ = "0.1.0"
