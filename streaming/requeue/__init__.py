"""Quarantined events sent through Kafka again, as they are or repaired."""
