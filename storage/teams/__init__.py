"""Teams: who serves where, how somebody gets in, is known again and shows it at the door."""
