"""系统管理: organisations, people, clients, the audit trail and the background work."""
