"""Satisfaction: what a customer's level probably is, from who they are and how they buy."""
