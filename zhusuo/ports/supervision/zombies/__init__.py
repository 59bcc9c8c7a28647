"""僵尸住所: the office's cases, what speaks in them, and the next step of each; lists of signals; the rules."""
