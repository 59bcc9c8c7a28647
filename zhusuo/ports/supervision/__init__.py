"""监管端: who is really there."""
