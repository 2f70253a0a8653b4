"""Households: known by their numbers; their history, where they stand, and the tasks their visits leave."""
