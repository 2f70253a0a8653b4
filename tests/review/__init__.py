"""The page for reviewers, and that nobody gets stuck in any dialogue."""
