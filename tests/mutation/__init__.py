"""Mutation of declarations: `python -m tests.mutation [PROGRAMME ...]` changes the law one letter at a time.

Each number, unit, anchor, boundary, clause and edge of a programme module is changed in turn; the scenarios of that
programme must notice. What they do not notice is a sentence of the law that nothing holds in place.
"""
