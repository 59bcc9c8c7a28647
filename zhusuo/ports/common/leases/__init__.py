"""租约预核: leases laid beside what is on file for a carrier, several at once."""
