"""Where a value comes from: from what strangers send, over what passes it on, to where it does harm."""
