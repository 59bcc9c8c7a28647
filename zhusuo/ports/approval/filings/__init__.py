"""材料审核: the queue of filings, and the desk on which one is reviewed."""
