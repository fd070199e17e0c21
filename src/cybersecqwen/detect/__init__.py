"""What can be seen in the evidence: text, decoded commands, events."""
