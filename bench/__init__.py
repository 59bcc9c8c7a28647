"""How fast it is, each figure beside a peer or the physical limit in the same run: `python -m bench` runs them all."""
