"""地址更正: what clerks chose where an address could not be told, for another clerk to say whether it holds."""
