"""Reports that csq saved as JSON, read again: bounded, and whatever others may have put into them."""
