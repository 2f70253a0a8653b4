"""Logging visits: at the door, at a meeting, at the counter, or typed as text (the quick log), and practising it."""
