"""Ways in: command line; later an HTTP service and others."""
