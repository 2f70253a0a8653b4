"""The Telegram Bot API spoken on the loopback interface, for tests, chaos runs and benchmarks."""
