"""Keeping the lake's tables small in files: compaction, vacuum, and a log that does not grow."""
