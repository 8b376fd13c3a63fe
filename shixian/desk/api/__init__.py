"""The REST API under /api/v1: the same casework functions and the same refusals as the desk, for programs."""
