"""Teams: inviting, joining, linking another channel, serving, leaving; trust at the door."""
