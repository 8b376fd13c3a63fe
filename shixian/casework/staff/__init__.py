"""Who works here: people and what they may do, accounts, clients of the API, assignments, leave, looks."""
