"""Reminders: what will be said and why not, their words, and what each person wishes."""
