"""A person answers: requests for help, the talk through the bot, feedback, and the hours in which an answer is promised."""
