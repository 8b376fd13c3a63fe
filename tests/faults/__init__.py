"""Money leaves the house exactly once: kill -9 at every boundary, restored backups, races, and a state machine."""
