"""Reminders: their kinds, rules and rows; what is waited for, what each person wishes, by which way each is reached."""
