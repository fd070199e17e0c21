"""`csq audit`: saved reports held against controls."""
