"""全文检索: the words of documents, with the place on the page."""
