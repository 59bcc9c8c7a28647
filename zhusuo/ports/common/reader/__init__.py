"""一件材料: its pages, what was read from them, and what its filer says about it while the filing may be changed."""
