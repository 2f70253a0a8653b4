"""Households: lists that are brought in, houses that stand twice or left, their earlier numbers, asking again."""
