"""What every part shares: settings, locks, errors, and the way to each store."""
