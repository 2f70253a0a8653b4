"""`python -m bot`: the same as the command `gocua`."""

from bot.cli import main

main()
