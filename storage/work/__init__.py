"""The day's work, written down: visits, lists that are brought in, who holds which house, what households say themselves."""
