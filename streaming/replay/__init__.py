"""An order history from a file, sent to Kafka as the events that made it."""
