"""The ways people reach the bot, one file each; no channel knows another."""
