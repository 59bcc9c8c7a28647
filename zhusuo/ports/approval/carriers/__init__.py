"""载体目录: every carrier of the district with its coverage, its versions, units and managers."""
