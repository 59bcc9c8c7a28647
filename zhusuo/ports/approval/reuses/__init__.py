"""调用记录: every reuse, its receipt, and what became of it."""
