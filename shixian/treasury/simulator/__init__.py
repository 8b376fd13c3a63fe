"""A bank to practise on: a real HTTP server with a memory of its own, and faults to switch on.

`faults.py` what can go wrong · `bank.py` what it remembers · `server.py` how it answers and runs.
"""
