"""How the models of this project are made; not part of the wheel."""
