"""管理认领: who says that they manage which carrier, on what paper, and what the clerk says to it."""
