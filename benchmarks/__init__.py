"""Speed, on this machine."""
