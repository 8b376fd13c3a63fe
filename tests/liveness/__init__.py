"""Declared is alive: everything a lifecycle declares is reached by a scenario, and by a run through a flow or the desk.

The field's commonest failure is tested code that nothing calls, and a clause encoded that nothing exercises.
`python -m tests.liveness` writes out/liveness.md.
"""
