"""Segments: groups of customers who buy alike, found by k-means and named by what sets them apart."""
