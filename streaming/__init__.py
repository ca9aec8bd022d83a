"""Events in: contracts, replay, simulator, snapshot, ingest."""
