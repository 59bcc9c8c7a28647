"""免交事项清单: which approval item asks for which proof of the premises, and what an address on file waives."""
