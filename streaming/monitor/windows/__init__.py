"""What happens in a minute and in a quarter of an hour: counted, stored, and said when it came too late."""
