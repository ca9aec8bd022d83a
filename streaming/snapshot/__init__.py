"""Customer totals from a file: to the raw zone as they are, to bronze row by row."""
