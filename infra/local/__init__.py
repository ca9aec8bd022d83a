"""The embedded platform: every daemon a user process of this machine."""
