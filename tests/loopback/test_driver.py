"""The bench driver sees what a bot does wrong: a tiny dishonest bot loses and doubles visits, and is found out."""

import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from bench.contestant import Dialogue, Place, Step
from bench.crowd import Mode
from bench.driver import Results, run_visits
from bench.report import table

BOT = """
import json, os, sys, urllib.request
def call(method, **given):
    request = urllib.request.Request(os.environ["BASE"] + method, json.dumps(given).encode(), {"Content-Type": "application/json"})
    return json.load(urllib.request.urlopen(request))["result"]
offset, saved = 0, 0
while True:
    for update in call("getUpdates", offset=offset, timeout=30):
        offset = update["update_id"] + 1
        if "message" in update:
            chat = update["message"]["chat"]["id"]
            button = {"text": "Save", "callback_data": update["message"]["text"]}
            call("sendMessage", chat_id=chat, text="?", reply_markup={"inline_keyboard": [[button]]})
            continue
        query = update["callback_query"]
        saved += 1
        times = {"honest": 1, "loses": saved % 5 != 0, "doubles": 1 + (saved % 5 == 0)}[sys.argv[1]]
        with open(os.environ["ROWS"], "a") as rows:
            rows.write((query["data"] + "\\n") * times)
        call("answerCallbackQuery", callback_query_id=query["id"])
        call("editMessageText", chat_id=query["from"]["id"], message_id=query["message"]["message_id"], text="saved")
"""  # noqa: E501


class Tiny:
    """A bot of two steps on a text file."""

    def __init__(self, name: str) -> None:
        self.name = name

    def prepare(self, place: Place) -> None:
        (place.folder / "rows").touch()

    def command(self, place: Place) -> tuple[list[str], Mapping[str, str]]:
        environment = {"BASE": f"{place.base_url}{place.token}/", "ROWS": str(place.folder / "rows")}
        return [sys.executable, "-c", BOT, self.name], environment

    def dialogue(self, chat_id: int, number: int) -> Dialogue:
        key = f"{chat_id}-{number}"
        return Dialogue(key, (Step(say=key, shows="?"), Step(press="Save", shows="saved")))

    def count_rows(self, place: Place) -> Counter[str]:
        return Counter((place.folder / "rows").read_text().split())


def test_lost_and_doubled_visits_are_found(tmp_path: Path) -> None:
    mode = Mode("short", chats=4, seconds=0.8, api_latency=0.005)
    results = run_visits([Tiny("honest"), Tiny("loses"), Tiny("doubles")], rounds=1, modes=[mode])
    honest, loses, doubles = (row.figures for row in results.rows)
    for figures in (honest, loses, doubles):
        assert figures["visits_confirmed"] > 10 and figures["updates_per_s"] > 5 and figures["stuck"] == 0
        assert figures["cpu_s_per_1000"] > 0 and 5 < figures["peak_rss_mb"] < 200
        # Each call takes the platform's 5 ms; the two medians are of different updates, so they are not compared.
        assert figures["visible_p50_ms"] >= 5 and figures["answered_p50_ms"] >= 5
    assert (honest["rows_missing"], honest["rows_doubled"]) == (0, 0)
    assert loses["rows_missing"] > 0 == loses["rows_doubled"]
    assert doubles["rows_doubled"] > 0 == doubles["rows_missing"]
    assert [fault.split(",")[0] for fault in results.faults()] == ["loses", "doubles"]
    results.save(tmp_path / "results.json")
    assert Results.load(tmp_path / "results.json") == results
    printed = table(results, base="honest")
    assert printed.count("\n") == 4 and "(x" in printed
