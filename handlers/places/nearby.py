"""What takes place near somebody: the mobile sessions of their commune and hamlet."""

from __future__ import annotations

from datetime import timedelta

from handlers.look import Look
from storage.areas import residence
from storage.reminding import gatherings, preferences
from storage.reminding.gatherings import GatheringKind, Meeting

AHEAD = timedelta(days=60)


def sessions(look: Look, place_id: int | None = None) -> list[Meeting]:
    """The sessions to come in the commune (and hamlet) somebody told us of, or in the one asked about."""
    home = residence.home_of(look.rows, look.chat_id)
    place = place_id or (home.id if home else preferences.own(look.rows, look.chat_id).place_id)
    if place is None:
        return []
    hamlets = residence.served(look.rows, look.today)
    commune = next((hamlet.commune_id for hamlet in hamlets if hamlet.id == place), place)
    inside = [hamlet.id for hamlet in hamlets if hamlet.commune_id == commune]
    found = gatherings.between(look.rows, sorted({commune, *inside}), look.today, look.today + AHEAD)
    return [each for each in found if each.kind is GatheringKind.SESSION and each.begins > look.now]
