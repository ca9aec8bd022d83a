"""Batch jobs: features in, models, scores and exports out."""
