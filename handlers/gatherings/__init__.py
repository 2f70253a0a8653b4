"""Gatherings: trainings, meetings and mobile sessions, and their papers."""
