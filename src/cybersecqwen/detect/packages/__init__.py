"""What is known against the packages of a project, and what of it the code reaches."""
