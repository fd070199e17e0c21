"""`csq playbook`: from what is known to steps that a tired person can follow."""
