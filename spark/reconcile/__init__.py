"""Counting the same things at every station, from Kafka to PostgreSQL."""
