"""登记: what the counter is told about an address, the check of the lease, the reuse, its receipt, the outcome."""
