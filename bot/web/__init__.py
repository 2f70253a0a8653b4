"""The pages of the built-in web chat."""
