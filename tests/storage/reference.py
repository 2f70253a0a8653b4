"""The rules of standing and coverage a second time, written apart as plain tables: slow, flat, and sharing no rule.

It reads histories as dictionaries (see `plain`), knows outcomes only by their codes, compares every pair of visits
instead of sorting, and computes indicators by walking the households once for each of them.
"""

from datetime import timedelta

STATUSES = (
    "excluded", "achieved", "refused", "in_progress", "away", "pending",
    "no_contact_exhausted", "attempted", "exclusion_to_confirm", "unlocatable", "untouched",
)  # fmt: skip
CONTACT = {
    "completed", "already_done", "partial", "blocked", "appointment",
    "right_person_away", "refused_soft", "refused_hard",
}  # fmt: skip


def plain(entry, visits, attainments, campaign, as_of):
    """A history as dictionaries of strings, dates and minutes of the local day (seven hours ahead of UTC)."""
    rows = []
    for visit in visits:
        local = visit.occurred_at.replace(tzinfo=None) + timedelta(hours=7)
        rows.append(
            {
                "at": local,
                "day": local.date(),
                "minute": local.hour * 60 + local.minute,
                "outcome": str(visit.outcome),
                "barrier": None if visit.barrier is None else str(visit.barrier),
                "mode": str(visit.mode),
                "until": visit.away_until,
                "agreed": visit.next_on,
                "void": visit.superseded,
            }
        )
    results = [
        {"goal": each.service in campaign.goals, "day": each.achieved_on, "revoked": each.revoked_on,
         "sure": str(each.verification) != "self_reported"}
        for each in attainments
    ]  # fmt: skip
    first, last = campaign.starts_on, campaign.ends_on
    inside = [r for r in rows if not r["void"] and r["day"] >= first and r["day"] <= as_of]
    inside = [r for r in inside if last is None or r["day"] <= last]
    standing = [r for r in results if r["goal"] and r["day"] <= as_of]
    standing = [r for r in standing if r["revoked"] is None or as_of < r["revoked"]]
    return {
        "reported_out": entry.excluded_on is not None and entry.excluded_on <= as_of,
        "confirmed": entry.confirmed,
        "visits": inside,
        "goals": standing,
        "starts_on": first,
        "as_of": as_of,
    }


def some(history, *codes):
    return [row for row in history["visits"] if row["outcome"] in codes]


def followed(history, row, codes):
    """Whether any visit with one of these codes came later."""
    return any(later["at"] > row["at"] for later in some(history, *codes))


def says_no(history):
    softening = ("partial", "blocked", "appointment")
    for row in some(history, "refused_hard"):
        if not followed(history, row, softening):
            return True
    soft = some(history, "refused_soft")
    pairs = [(a, b) for a in soft for b in soft if a["day"] != b["day"]]
    return any(not followed(history, a, softening) for pair in pairs for a in pair)


def is_away(history):
    for row in some(history, "temporarily_away"):
        last_word = not followed(history, row, {"temporarily_away"}) and not followed(history, row, CONTACT)
        if last_word and row["until"] is not None and history["as_of"] <= row["until"]:
            return True
    return False


def part(minute):
    return (minute >= 660) + (minute >= 810) + (minute >= 1080)


def tried_enough(history):
    missed = some(history, "not_home", "temporarily_away")
    return len(missed) > 2 and len({part(row["minute"]) for row in missed}) > 1


RULES = {
    "excluded": lambda h: h["reported_out"] and h["confirmed"],
    "achieved": lambda h: h["goals"],
    "refused": says_no,
    "in_progress": lambda h: some(h, "partial", "blocked"),
    "away": is_away,
    "pending": lambda h: some(h, *CONTACT),
    "no_contact_exhausted": tried_enough,
    "attempted": lambda h: some(h, "not_home", "temporarily_away"),
    "exclusion_to_confirm": lambda h: h["reported_out"] or some(h, "moved_out", "vacant", "not_household"),
    "unlocatable": lambda h: some(h, "not_found", "unreachable"),
    "untouched": lambda h: True,
}


def status(history):
    if "status" not in history:  # a dozen indicators ask
        history["status"] = next(name for name in STATUSES if RULES[name](history))
    return history["status"]


def was_baseline(history):
    if status(history) != "achieved":
        return False
    days = [row["day"] for row in history["goals"]]
    if any(day < history["starts_on"] for day in days):
        return True
    return any(all(row["day"] <= day for day in days) for row in some(history, "already_done"))


def barrier(history):
    """The barrier of a blocked visit that no later blocked, partial, completed or already done one follows."""
    if status(history) in ("achieved", "excluded"):
        return None
    ends = {"blocked", "partial", "completed", "already_done"}
    return next((r["barrier"] for r in some(history, "blocked") if not followed(history, r, ends)), None)


DAYS = {"partial": 3, "blocked": 7, "right_person_away": 2, "not_home": 2, "refused_soft": 14, "unreachable": 7}
DAYS_BY_BARRIER = {"otp_not_received": 2, "portal_error": 2, "activation_failed": 3, "sim_not_own_name": 14, "no_chip_id": 14,
                   "needs_police_station": 14}  # fmt: skip
LEADERS = {"moved_out", "vacant", "not_household", "refused_hard", "not_found"}


def due(row):
    """The day somebody should be back; for a leader's errand that very day."""
    if row["outcome"] in LEADERS:
        return row["day"]
    if row["agreed"] or row["until"]:
        return row["agreed"] or row["until"] + timedelta(days=1)
    days = DAYS_BY_BARRIER.get(row["barrier"], 7) if row["barrier"] else DAYS.get(row["outcome"])
    return None if days is None else row["day"] + timedelta(days=days)


def promises(history):
    """[outcome, due or None, day of the visit that answered or None] for every visit that is not merely an early try."""
    made = []
    for row in sorted(history["visits"], key=lambda r: (r["at"], r["outcome"], r["barrier"] or "")):
        last = made[-1] if made else None
        agreed = last is not None and last[1] is not None and last[0] in ("appointment", "temporarily_away")
        if agreed and row["day"] < last[1] and row["outcome"] not in CONTACT | LEADERS:
            continue
        if last is not None and last[2] is None:
            last[2] = row["day"]
        made.append([row["outcome"], due(row), None, row["day"]])
    for place, each in enumerate(made):  # a second soft refusal on another day ends it, unless something softened in between
        if each[0] == "refused_soft":
            earlier = [old for old in made[:place]]
            softened = max((n for n, old in enumerate(earlier) if old[0] in ("partial", "blocked", "appointment")), default=-1)
            standing = [old for old in earlier[softened + 1:] if old[0] == "refused_soft" and old[4:] != ["ended"]]
            if standing and standing[-1][3] != each[3]:
                each[1] = None
                each.append("ended")
    return made


def returns(history):
    """Due and done in time, over the returns of one household."""
    made = promises(history)
    if made and made[-1][1] is not None:
        if history["goals"]:
            made[-1][2] = max(min(row["day"] for row in history["goals"]), made[-1][3])
        elif status(history) == "excluded":
            made.pop()
    owed = [each for each in made if each[1] is not None and each[0] not in LEADERS]
    return len(owed), sum(each[2] is not None and (each[2] - each[1]).days <= 2 for each in owed)


def follow_up_on_time(histories):
    """Made in time, of those due."""
    made = [returns(h) for h in histories]
    return sum(on_time for _, on_time in made), sum(owed for owed, _ in made)


def freshness(services, entries, places, day):
    """Members serving that day in one of the places, and those of them with an entry that day or on one of the six before."""
    held = [(who, since, until) for who, where, since, until in services if where in places]
    serving = {who for who, since, until in held if since <= day and (until is None or day < until)}
    local = [(who, (at.replace(tzinfo=None) + timedelta(hours=7)).date()) for who, at in entries]
    fresh = {who for who in serving for other, on in local if other == who and 0 <= (day - on).days < 7}
    return len(fresh), len(serving)


def indicators(histories):
    """Every indicator as (n, d), by counting households that fit."""

    def count(*tests):
        return sum(all(test(h) for test in tests) for h in histories)

    def eligible(h):
        return status(h) != "excluded"

    def achieved(h):
        return status(h) == "achieved"

    def met(h):
        return bool(some(h, *CONTACT))

    def visited(h):
        return any(row["mode"] in ("door", "meeting") for row in h["visits"])

    def new(h):
        return not was_baseline(h)

    def sure(h):
        return any(row["sure"] for row in h["goals"])

    e = count(eligible)
    barriers = {barrier(h) for h in histories} - {None}
    return {
        "goal_coverage": (count(achieved), e),
        "goal_coverage_strict": (count(achieved), len(histories)),
        "reach": (count(eligible, visited), e),
        "contact": (count(eligible, met), e),
        "campaign_gain": (count(achieved, new), count(eligible, new)),
        "done_of_contacted": (count(achieved, met), count(eligible, met)),
        "refusal": (count(lambda h: status(h) == "refused"), e),
        "verified_share": (count(achieved, sure), count(achieved)),
        "barriers": {b: (count(lambda h, b=b: barrier(h) == b), e) for b in barriers},
        "statuses": {s: count(lambda h, s=s: status(h) == s) for s in STATUSES},
    }
