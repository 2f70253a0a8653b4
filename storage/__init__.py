"""What the bot remembers, and the rules that follow from what is remembered."""
