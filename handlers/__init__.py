"""What the bot says and decides; knows no channel, no network and no clock. `answering.answer` routes one letter."""
