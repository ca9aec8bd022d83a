"""How the pipeline does: what waits, how fast it goes, what is wrong."""
