"""From Kafka into the lake: parse, judge by contract, land each record exactly once."""
