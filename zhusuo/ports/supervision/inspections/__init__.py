"""核查的页面: what is to be looked at, by whom, and what was found; the screen one has along on the spot."""
