"""Help from a person: requests as a state machine, who is on duty, the desk's hours, feedback."""
