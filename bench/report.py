"""One table from the results: medians over the rounds, and the median of the ratios within each round."""

from collections.abc import Sequence
from statistics import median

from bench.driver import Results, Row

COLUMNS = {
    "updates_per_s": "updates/s",
    "cpu_s_per_1000": "CPU s/1000",
    "visible_p50_ms": "p50 ms",
    "visible_p95_ms": "p95 ms",
    "visible_p99_ms": "p99 ms",
    "answered_p50_ms": "button p50",
    "answered_p99_ms": "button p99",
    "peak_rss_mb": "RSS MB",
    "start_s": "start s",
    "stuck": "stuck",
    "rows_missing": "missing",
    "rows_doubled": "doubled",
    "driver_busy": "driver",
}
RATIOS = (
    "updates_per_s",
    "cpu_s_per_1000",
    "visible_p50_ms",
    "visible_p95_ms",
    "visible_p99_ms",
    "peak_rss_mb",
    "start_s",
)


def _shown(value: float) -> str:
    if value >= 100 or value == int(value):
        return f"{value:.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.3f}"


def _cell(rows: list[Row], base: dict[int, Row], column: str) -> str:
    """`median [least-most] (xratio)`; counts of faults are sums."""
    values = [row.figures[column] for row in rows]
    if column in ("stuck", "rows_missing", "rows_doubled"):
        return _shown(sum(values))
    text = _shown(median(values))
    if len(values) > 1 and column in RATIOS:
        text += f" [{_shown(min(values))}-{_shown(max(values))}]"
    pairs = [(row.figures[column], base[row.round].figures[column]) for row in rows if row.round in base]
    ratios = [value / other for value, other in pairs if other]
    if ratios and column in RATIOS and rows[0].contestant != base[rows[0].round].contestant:
        text += f" (x{median(ratios):.2f})"
    return text


def table(results: Results, base: str = "plain PTB") -> str:
    """A Markdown table; ratios are to `base`, within the same round."""
    lines = ["| mode | bot | " + " | ".join(COLUMNS.values()) + " |", "|---" * (len(COLUMNS) + 2) + "|"]
    for mode in _once([row.mode for row in results.rows]):
        here = [row for row in results.rows if row.mode == mode]
        bases = {row.round: row for row in here if row.contestant == base}
        for name in _once([row.contestant for row in here]):
            rows = [row for row in here if row.contestant == name]
            cells = [_cell(rows, bases, column) for column in COLUMNS]
            lines.append(f"| {mode} | {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _once(names: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(names))
