"""Set-up: what a fresh machine needs before anything can run; standard library only."""
