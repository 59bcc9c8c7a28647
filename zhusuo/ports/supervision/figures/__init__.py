"""数字: what people look at, each defined in one sentence, as a chart, as a table and as CSV."""
