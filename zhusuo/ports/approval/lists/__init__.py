"""批量归类: a list is brought, classified in the background, looked at and taken along."""
