"""Files that people bring: their mapping, their records, and what stands in a cell."""
