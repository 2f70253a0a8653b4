"""Guides: found in people's own words, walked step by step, listened to, walked together with a household, counted."""
