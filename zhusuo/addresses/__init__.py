"""标准地址: what an address says, from any spelling of it; knows no carrier and no database."""
