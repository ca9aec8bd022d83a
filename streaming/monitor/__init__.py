"""The live monitor: what happens now, counted by windows and judged against what is usual."""
