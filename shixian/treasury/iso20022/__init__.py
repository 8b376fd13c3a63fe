"""ISO 20022 messages, as a bank takes and gives them in files.

`pain001.py` writes the order (pain.001.001.09) · `pain002.py` reads its status (pain.002.001.10) · `camt053.py` reads a
statement (camt.053.001.08) · `reading.py` reads XML safely and says what is wrong where.
"""
