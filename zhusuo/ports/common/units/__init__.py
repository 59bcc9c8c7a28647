"""单元表: the units of a carrier, typed in, imported, corrected and retired by managers, agents and the counter."""
