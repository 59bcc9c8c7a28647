"""审批端: the clerk's desk at the counter."""
