"""A web server's access log, put together to visits: one visit is one event of the contract."""
