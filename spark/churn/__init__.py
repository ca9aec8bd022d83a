"""Churn: how likely a customer is to order nothing in the 90 days from the as-of date."""
