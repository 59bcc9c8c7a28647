"""住所库 pages: the register of businesses imported, and what could not be told settled by hand.

A register is a district's, so administrators import it: an office of supervision would read the businesses of others
in its file. What it left open is settled where people know the houses, by supervisors for their subdistricts.
"""
