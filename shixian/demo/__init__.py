"""The demonstration: sample workbooks imported, two simulated years replayed with every deadline enforced.

`samples/*.yaml` are scenario files (marked as samples): their facts go through real workbooks and the real import,
their acts through casework, their clocks through real Prefect flow runs; at the end their expectations are checked.
"""
