"""查找: from what somebody typed to a carrier and a unit, or to an honest answer why not."""
