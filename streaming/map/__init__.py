"""A mapping proposed for a file: its columns read whole, named by what they are called and what stands in them."""
