"""`gocua`, and `python -m bot`: where every start begins."""

import gc

gc.set_threshold(100_000, 20, 100)  # what is loaded is no garbage: looking for some took a quarter of a start

from bot.cli import main  # noqa: E402

__all__ = ["main"]

if __name__ == "__main__":
    main()
