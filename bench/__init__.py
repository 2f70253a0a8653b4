"""Figures beside a plain bot, taken in turns in one run."""
