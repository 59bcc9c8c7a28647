"""铭牌的页面: making and printing them, and what whoever scans one sees."""
