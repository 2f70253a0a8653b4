"""Announcements: row by row to whom, by which rules, and what did not reach people."""
