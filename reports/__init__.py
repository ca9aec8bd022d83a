"""What people see: the static report; reads PostgreSQL only."""
