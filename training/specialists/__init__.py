"""Training of the specialists: `make specialists DATA=…`."""
