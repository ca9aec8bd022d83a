"""Churn: how likely a customer is to order nothing in the days that follow the as-of date."""
