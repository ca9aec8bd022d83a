"""The contracts of events: what they say, how they are stored, what may change, what is personal."""
