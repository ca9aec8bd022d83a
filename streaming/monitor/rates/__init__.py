"""Orders an hour and a day of a shop or city, beside what their hour and weekday usually have."""
