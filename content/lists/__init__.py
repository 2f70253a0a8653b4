"""Lists that teams already have, on paper or in spreadsheets: read, recognised, and stripped of what is not ours to keep."""
