"""For those who review and are no programmers: every screen, on one page."""
