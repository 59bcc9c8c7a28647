"""认领: an organisation finds its carrier in the district's directory, or enters it, and shows that it manages it."""
