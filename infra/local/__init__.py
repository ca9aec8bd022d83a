"""The embedded platform: every daemon an ordinary process of this machine, under one supervisor, on loopback."""
