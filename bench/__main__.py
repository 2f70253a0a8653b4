"""`make bench`: the visit dialogue beside a plain bot, in turns in one run."""

import sys

from bench.contestant import PlainBot
from bench.driver import run_visits
from bench.gocua import GoCua
from bench.report import table


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    results = run_visits([PlainBot(), GoCua()], rounds=rounds)
    print(table(results))
    if faults := results.faults():
        print("NOT KEPT:", *faults, sep="\n  ")
        sys.exit(1)


main()
