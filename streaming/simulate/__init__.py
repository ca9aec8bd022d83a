"""A made-up shop: the same seed gives the same events, byte for byte."""
