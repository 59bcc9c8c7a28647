"""免交清单: what need not be brought, item by item."""
