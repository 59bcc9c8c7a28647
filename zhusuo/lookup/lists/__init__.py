"""清单: a list of addresses that somebody brings, put onto carriers and units row by row, to be taken along again."""
