"""Where to go: today's list on the phone and on paper, promised visits, who holds which house."""
