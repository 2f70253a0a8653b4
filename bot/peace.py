"""The rhythm of the places somebody lives or serves in, as the rules of what is said unasked see it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from content.lunar import is_market_day
from storage.hours.calendar import DAY
from storage.reading import Reading
from storage.reminding import rhythms
from storage.reminding.reminder_rules import Peace
from storage.reminding.rhythms import RhythmKind


def peace(rows: Reading, places: Sequence[int], today: date) -> Peace:
    """What the rhythm of these places, and of the communes they lie in, asks for on a day."""
    if not places or not (beats := rhythms.beats(rows, today)):
        return Peace()
    around = set(rhythms.with_communes(rows, places))
    here = [beat for beat in beats if beat.place_id in around]
    mute = [beat.ends_on + DAY for beat in here if beat.kind is RhythmKind.PEACE and beat.ends_on]
    harvest = [beat.ends_on for beat in here if beat.kind is RhythmKind.HARVEST and beat.ends_on]
    market = any(is_market_day(beat.pattern, today) for beat in here if beat.kind is RhythmKind.MARKET)
    return Peace(max(mute, default=None), max(harvest, default=None), market)
