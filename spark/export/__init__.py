"""Export: the marts that people read, from Delta into PostgreSQL, whole or not at all."""
