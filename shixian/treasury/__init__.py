"""What moves money outside the house: one port, a simulated bank, an HTTP connector, ISO 20022 files.

Knows nothing of our database. `port.py` is what the rest of the house sees.
"""
