"""住所查询: the counter's first page, from an address to the receipt."""
