"""Source trees: which files there are to review, in which language, and which are left out and why."""
