"""What the bot knows: guides, facts and phrases, reviewed by people who do not write Python."""
