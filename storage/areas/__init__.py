"""Areas: provinces, communes and hamlets as they stand on a day, and who lives where."""
