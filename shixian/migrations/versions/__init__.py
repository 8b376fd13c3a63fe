"""The revisions, in order; each stands alone and names database types only."""
