"""What belongs to a place: its one-stop desk, its rhythm, its poster."""
