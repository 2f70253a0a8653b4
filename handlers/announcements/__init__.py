"""Announcements: telling many, being told, and what was told."""
