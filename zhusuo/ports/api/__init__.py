"""开放接口 /api/v1 与公开核验: what other systems ask, and what a stranger may verify."""
