"""Money as casework: appropriations, payees, batches, attempts, statements, recovery, year-end, and the ledger."""
