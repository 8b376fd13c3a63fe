"""The tests; the folders mirror the packages. A package, so that `python -m tests.mutation` finds ours and no other."""
