"""物业端: the manager's desk."""
