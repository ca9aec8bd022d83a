"""What every job shares: settings, errors, the session, the tables, the clock."""
