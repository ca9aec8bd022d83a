"""The platform in containers: the same services, from official images, by the same settings and the same rendering."""
