"""经营主体, 住所库: every business that is registered in the district, put onto its carrier and unit, or why not."""
