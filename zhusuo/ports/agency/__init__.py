"""营商服务机构端: agents who bring buildings and tenants."""
