"""Guides in use: how far people are, in numbers, and what was asked in vain."""
