"""All of it at work on one screen: a shop that lives, the stream, the monitor, the page."""
