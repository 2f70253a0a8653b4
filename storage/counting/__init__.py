"""Coverage: campaigns and their goals, the ledger and its sums, snapshots, and everything read from them."""
