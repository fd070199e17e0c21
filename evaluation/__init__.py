"""How good it is, on data that the project does not ship."""
