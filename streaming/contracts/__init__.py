"""The topics' contracts, one YAML file each, and the documentation that follows from them."""
