"""Hours and days: plain arithmetic over tables of working days, holidays and quiet hours."""
