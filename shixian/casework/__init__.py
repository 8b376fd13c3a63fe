"""Casework: what changes a case, one database transaction each, and the chain that proves it afterwards.

The law is not here: `shixian.rules` decides. This package loads what a decision needs, records what it said, and
never asks the clock. Start reading at `cases` (what people do) or `store` (how it is kept).
"""
