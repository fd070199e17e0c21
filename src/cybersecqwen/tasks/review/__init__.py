"""`csq review`: code and packages → findings, each with its reason and, where there is one, a checked fix."""
