"""备案向导: one thing a page, from the carrier to the declaration; for managers, agents, and the counter on behalf."""
