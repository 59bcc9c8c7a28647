"""核查: somebody goes and looks. What was found flows back: to the counter, to the clerk who asked, to the cases."""
