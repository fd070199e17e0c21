"""A playbook walked through at the table: steps, decisions, injects and a log with times."""
