"""Every phrase in both languages: the same keys and blanks, every key that is said, and nothing promised that is not so."""

import ast
import re
import unicodedata
from collections.abc import Iterator, Mapping
from enum import StrEnum
from hashlib import sha256
from itertools import combinations
from pathlib import Path

import pytest
import typer
from babel.messages.pofile import read_po

from bot.cli import app
from bot.clock import KEEP_LETTERS
from bot.settings import Settings
from content.fold import fold
from content.guide import SUBJECTS
from content.library import Library
from content.lists.trouble import Trouble
from content.plain_words import asks_for_secret, sentences, utf16_units, word_count
from content.words import LANGUAGES, keys, words
from handlers import home
from handlers.access import Role
from handlers.catalogue import DIALOGUES
from handlers.help.feedback import KINDS as FEEDBACK
from handlers.reminders import settings
from handlers.reminders.settings import Setting
from handlers.reports import report, report_files, reporting
from handlers.reports.proposals import BY_STATUS, HELP
from handlers.rounds.list_paper import BOXES
from handlers.talk import Kind
from handlers.teams.join import WORDING
from handlers.visits import confirm, drill
from handlers.visits.visit import SERVICES
from storage.announcing.audience import Audience
from storage.announcing.broadcast_rules import HELD, LEFT_OUT
from storage.announcing.broadcasts import EXPIRED, REROUTED
from storage.announcing.broadcasts import Kind as Kind_
from storage.announcing.broadcasts import State as Sending
from storage.announcing.unsaid import ANNOUNCEMENT, NOTICE
from storage.announcing.unsaid import REASONS as NOT_SAID
from storage.counting import tallies
from storage.counting.course import Denominator
from storage.helping.help_rules import State
from storage.outcomes import Barrier, Contradiction, FirstChoice, Outcome, Status
from storage.personal import HOLDINGS
from storage.reminding import reminders
from storage.reminding.gatherings import GatheringKind
from storage.reminding.reminder_kinds import KINDS
from storage.reminding.reminder_rules import REASONS
from storage.reminding.rhythms import RhythmKind
from storage.teams import people
from storage.work.today import Why as Going

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "content" / "locale").glob("*/LC_MESSAGES/*.po"))
FAMILIES = {file.stem for file in FILES}
OPERATORS = ("campaign", "check", "command", "database", "demo", "doctor", "household", "place", "web", "zalo", "screens",
             "serve", "speak", "telegram")
"""Phrases for whoever runs it, for a channel's own menu and for the web page: no screens of a conversation."""
BLANK = re.compile(r"\{([a-z_]+)\}")
KEY = re.compile(r"[a-z]+(?:\.[a-z0-9_-]*[a-z0-9-])+")
BUILT = ("visit.", "visit.outcome.", "visit.barrier.", "visit.services.", "status.", "role.", "sent.", "day.in_", "language.",
         "command.",
         "web.", "sketch.", "home.", "helper.state.", "meet.part.", "broadcast.is.",
         "broadcast.progress.", "broadcast.count.", "broadcast.skipped.", "broadcast.held.", "feedback.handled.", "mailbag.",
         "list.",
         "reminder.kind.", "why.reason.", "why.state.", "why.what.", "gathering.kind.", "gathering.", "dossier.is.",
         "dossier.", "day.month.", "desk.days.", "settings.hours.", "settings.weekly.", "rhythm.",
         "holiday.how.", "workdays.head.", "workdays.told.",
         "summary.do.", "report.sheet.", "report.column.", "report.indicator.", "report.of.", "report.code.",
         "report.part.", "report.", "quick.", "drill.", "quick.mode.", "today.why.", "paper.box.",
         "mydata.holds.", "subject.")  # fmt: skip
"""What keys put together from a value begin with; `built` lists what may follow."""
LONGEST_SENTENCE = 20
LONGEST_LABEL = 64
COMMANDS = ("start", "menu", "huongdan", "tham", "solieu", "dulieucuatoi")
CONSENTS = {"team-2026-11": "f51fa445", "home-2026-11": "8ffda7ef", "household-2026-11": "b0515a69"}
"""What each wording of the consent is, hashed: other words need another name, for the name is what is kept."""
QUESTIONS: Mapping[str, tuple[set[str], tuple[str, ...]]] = {
    "visit.hamlet": (set(), ()), "visit.household": ({"hamlet"}, ()), "visit.first": ({"number"}, tuple(FirstChoice)),
    "visit.outcome": (set(), tuple(Outcome)), "visit.barrier": (set(), tuple(Barrier)), "visit.services": (set(), SERVICES),
    "visit.next": (set(), ()), "visit.until": (set(), ()), "visit.note": (set(), ("-",)), "visit.check": ({"summary"}, ("save",)),
    "join.code_or_number": (set(), ()),
    "join.code": (set(), ()), "join.name": (set(), ()), "join.agree": ({"role", "place"}, ("yes", "no")),
    "figure.name": (set(), ()), "figure.number": ({"name"}, ()), "figure.of": ({"name", "number"}, ("-",)),
    "figure.source": (set(), ()), "figure.day": (set(), ("today", "yesterday")), "figure.check": ({"summary"}, ("save",)),
    "exclude.decide": ({"household", "report", "day"}, ("gone", "stays")),
    "quick.said": (set(), ()), "quick.hamlet": (set(), ()), "quick.line": ({"said", "numbers"}, ()),
    "quick.line_bare": ({"said"}, ()), "drill.task": ({"number", "all", "before", "task"}, ()), "quick.day": ({"said"}, ()),
    "quick.future": ({"said"}, ()), "quick.far_back": ({"said"}, ()), "quick.sure": ({"said", "count"}, ("yes", "-")),
    "quick.again": ({"number", "outcome"}, ("yes", "-")), "quick.along": (set(), ()),
    "quick.along_named": ({"said"}, ()), "quick.barrier": ({"numbers"}, ()),
    "quick.service": ({"numbers"}, ()), "quick.next": ({"numbers"}, ()), "quick.until": ({"numbers"}, ()),
    "quick.number": ({"number", "hamlet"}, ()), "announce.barrier": (set(), ()), "announce.day": (set(), ()),
    "correct.which": (set(), ()), "correct.why": (set(), ()), "correct.check": ({"summary"}, ("save",)),
    "allot.how": (set(), ("even", "lane", "back")), "allot.even": ({"summary"}, ("save",)), "allot.lane": (set(), ()),
    "allot.member": (set(), ()), "allot.whose": (set(), ()), "allot.held": ({"count"}, ("leave", "move", "share")),
    "meeting.outcome": (set(), ()), "meeting.who": (set(), ("ticks",)), "meeting.page": ({"page", "pages"}, ()),
    "meeting.check": ({"outcome", "numbers", "count"}, ("save",)), "counter.household": ({"hamlet"}, ()),
    "counter.check": ({"number", "hamlet", "outcome"}, ("save",)), "along.who": (set(), ()),
    "invite.role": (set(), ()), "invite.where": (set(), ()), "invite.number": (set(), ("-",)),
    "link.code": (set(), ()), "link.agree": ({"name"}, ("yes", "no")), "members.who": (set(), ()),
    "members.deed": ({"name", "role", "place"}, ("phone", "remove", "lead")), "members.sure_lead": ({"name", "place"}, ("yes",)),
    "members.sure_remove": ({"name", "place"}, ("yes",)), "resign.where": (set(), ()),
    "resign.sure": ({"role", "place"}, ("yes",)), "merge.kept": (set(), ()), "merge.sure": ({"kept", "gone"}, ("yes",)),
    "home.commune": (set(), ()), "home.hamlet": (set(), ()), "home.keep": ({"place"}, ("yes", "no")),
    "help.words": (set(), ("-",)), "meet.day": (set(), ()), "meet.part": (set(), ("morning", "afternoon", "evening")),
    "meet.household": (set(), ("-",)), "meet.where": (set(), ("-",)),
    "promised.household": ({"hamlet"}, ()), "promised.check": ({"number", "hamlet", "outcome"}, ("save",)),
    "assign.member": (set(), ()), "duty.hamlet": (set(), ()), "duty.who": ({"hamlet"}, ()),
    "news.agree": ({"hamlet"}, ("yes", "no")), "broadcast.kind": (set(), tuple(Kind_)),
    "broadcast.audience": (set(), tuple(Audience)),
    "broadcast.text": (set(), ()), "broadcast.lives": (set(), ("1", "3", "7")), "broadcast.urgent": (set(), ("no", "yes")),
    "broadcast.where": (set(), ()),
    "feedback.kind": (set(), FEEDBACK), "feedback.words": (set(), ()), "feedback.sign": (set(), ("yes", "no")),
    "confirm.code": (set(), ()), "confirm.guided": ({"number", "hamlet"}, ("guided", "not_yet")),
    "confirm.link": ({"number"}, ("yes", "no")),
    "dossier.name": (set(), ()), "dossier.expected": (set(), ()), "day.sure": ({"day"}, ("yes", "other")),
    "day.which": (set(), ()),
    "desk.commune": (set(), ()), "desk.address": (set(), ()), "desk.hours": (set(), ()), "desk.saturday": (set(), ("-",)),
    "desk.extra": (set(), ("-",)), "desk.days": (set(), ("0", "1", "2", "3", "4")), "desk.check": ({"summary"}, ("save",)),
    "settings.what": ({"state"}, tuple(Setting)), "settings.kinds": (set(), ()), "settings.until": (set(), ()),
    "settings.hours": (set(), settings.HOURS), "settings.steps": (set(), ("normal", "larger")), "settings.language": (set(), ()),
    "gathering.kind": (set(), tuple(GatheringKind)), "gathering.barrier": (set(), ()), "gathering.day": (set(), ()),
    "gathering.place": (set(), ()), "gathering.starts": (set(), ()), "gathering.ends": (set(), ()),
    "gathering.venue": (set(), ()),
    "gathering.partner": (set(), ("-",)), "gathering.about": (set(), ("-",)), "gathering.check": ({"summary"}, ("save",)),
    "attendance.people": (set(), ()), "workdays.from": (set(), ()), "workdays.to": (set(), ()),
    "workdays.form": (set(), ("xlsx", "csv")), "rhythm.what": (set(), tuple(RhythmKind)), "rhythm.place": (set(), ()),
    "rhythm.market": (set(), ("-",)), "rhythm.until": (set(), ()), "rhythm.check": ({"summary"}, ("save",)),
    "postpone.day": (set(), ()), "later.day": (set(), ()), "redate.day": (set(), ()),
    "settings.weekly": (set(), ("0", "4")),
    "holiday.day": (set(), ()), "holiday.how": (set(), ("free", "works", "table")), "holiday.check": ({"summary"}, ("save",)),
    "daycode.code": (set(), ()), "erase.sure": ({"stays"}, ("yes",)),
}  # fmt: skip
"""The questions whose words are phrases: their blanks, and the options that have words of their own."""
SKIPPED = (*sorted(LEFT_OUT), "no_channel", "stopped", EXPIRED, REROUTED, *sorted(HELD))
CHECKED = ("visit", "desk", "gathering", "rhythm", "holiday")
"""Dialogues with a last look, on which answers may be corrected."""
WORKDAY_HEADS = ("person", "place", "day", "visits", "gatherings", "workday", "present", "told_by")
EXPORTED = (*report_files.RAW, *report_files.MEMBER, *report_files.HOME)
SHEETS = ("members", "homes", "indicators", "statuses", "places", "barriers", "targets", "external", "days", "codebook")
COLUMNS = ("member", "member_place", "credited",
           "indicator", "share", "status", "households", "barrier", "in_progress", "service", "of", "target", "known",
           "figure", "numerator", "denominator", "source", "stated_on", "day", "achieved", "reached", "contacted", "visits")
SCREENS = {"guide.begin": ("go",), "guide.at_step": ("done", "stuck"), "guide.remedy": ("solved", "still"),
           "guide.helped": ("go",), "assist.at_step": ("done", "stuck")}  # fmt: skip
"""Questions of a guide: the screen is content, the buttons are phrases."""


def built() -> set[str]:
    """The keys that are put together from a name and a value."""
    made = {f"{name}.called" for name in DIALOGUES}
    families: dict[str, type[StrEnum]] = {"status": Status, "role": Role}
    made |= {f"{family}.{value}" for family, values in families.items() for value in values}
    made |= {f"summary.do.{kind}" for kind in ("confirm", *HELP.values(), *(kind for kind, _ in BY_STATUS))}
    made |= {f"report.indicator.{name}" for name in (*report.INDICATORS, *report.WORK, *report.SURVEY)}
    made |= {f"report.column.{name}" for name in (*report.PLACES, *COLUMNS)} | {f"report.sheet.{name}" for name in SHEETS}
    made |= {f"report.code.{name}" for name in (*EXPORTED, *tallies.PLAIN, "status", "group", "barrier", "stuck")}
    made |= {f"report.of.{each}" for each in Denominator} | {f"report.part.{part}" for part in ("n", "d", "percent")}
    made |= {f"report.{kind}.{form}" for kind, form in reporting.OFFERED}
    made |= {reason.value for reason in (*Contradiction, *Trouble)} | {f"command.{name}" for name in COMMANDS}
    made |= {f"reminder.kind.{kind}" for kind in KINDS} | {f"why.reason.{reason}" for reason in REASONS | NOT_SAID}
    made |= {f"why.what.{what}" for what in (ANNOUNCEMENT, NOTICE, "help")}
    made |= {f"why.state.{state}" for state in ("scheduled", "claimed", "failed", "cleared", "muted", "expired", "suppressed")}
    made |= {f"dossier.is.{state}" for state in ("received", "waiting", "late")} | {"dossier.received", "dossier.deleted"}
    made |= {f"day.month.{month}" for month in range(1, 13)} | {"rhythm.harvest_is", "rhythm.peace_is"}
    made |= {f"workdays.head.{column}" for column in WORKDAY_HEADS} | {"workdays.told.code", "workdays.told.leader"}
    made |= {f"sent.{kind}" for kind in Kind if kind not in (Kind.TEXT, Kind.PRESS, Kind.START, Kind.BLOCKED)}
    made |= {f"helper.state.{state}" for state in State if state.live}
    made |= {f"{family}.{kind}" for family in ("feedback.handled", "mailbag") for kind in FEEDBACK}
    made |= {f"quick.mode.{mode}" for mode in ("meeting", "office", "phone")} | {f"today.why.{why}" for why in Going}
    made |= {f"drill.{task.key}{end}" for task in drill.TASKS for end in ("", ".typed")}
    made |= {f"paper.box.{box}" for box in BOXES}
    made |= {f"mydata.holds.{each.group}" for each in HOLDINGS if each.group}
    made |= {f"broadcast.is.{state}" for state in Sending}
    made |= {f"broadcast.progress.{state}" for state in ("sending", "stopped", "done")}
    made |= {f"broadcast.count.{name}" for name in ("waiting", "failed", "unknown")}
    made |= {f"broadcast.skipped.{why}" for why in SKIPPED} | {f"broadcast.held.{why}" for why in HELD}
    made |= {"sketch.phone", "sketch.paper"} | {f"subject.{subject}" for subject in SUBJECTS}
    made |= {f"day.in_{days}" for days in (1, 2, 3, 7)} | {f"language.{language}" for language in LANGUAGES}
    for key, (_, options) in QUESTIONS.items():
        made |= {key, *(f"{key}.{option}" for option in options)}
        if key.split(".")[0] in CHECKED and not key.endswith((".check", "desk.commune", "rhythm.market.unclear")):
            made.add(f"{key}.short")  # what may be corrected on the last look
    return made | {f"{key}.{option}" for key, options in SCREENS.items() for option in options}


def program() -> Iterator[ast.AST]:
    for room in ("handlers", "bot", "storage", "content"):
        for file in sorted((ROOT / room).rglob("*.py")):
            yield from ast.walk(ast.parse(file.read_text("utf-8")))


def key_in(node: ast.AST) -> str:
    """The key that a constant is, or nothing (columns and templates look like keys)."""
    text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
    looks = KEY.fullmatch(text) and text.split(".")[0] in FAMILIES and not text.endswith((".id", ".html", ".png", ".model"))
    return text if looks else ""


def said() -> set[str]:
    """The keys that stand in the program's source, wherever they stand."""
    return {key for node in program() if (key := key_in(node))} - SCREENS.keys()


def test_every_phrase_that_is_said_exists() -> None:
    assert (said() | built()) - keys("vi") == set()


def test_every_phrase_is_said_somewhere() -> None:
    unsaid = {key for key in keys("vi") - said() - built() if not key.startswith(("web.", "screens."))}
    assert unsaid == set()


def test_every_way_to_build_a_key_is_known() -> None:
    for node in program():
        if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
            begins = str(node.values[0].value)
            if begins.split(".")[0] in FAMILIES and re.fullmatch(r"[a-z]+\.[a-z_.]*", begins):
                assert begins in BUILT, f"a new family of keys ({begins}): list it in BUILT and its keys in built()"


def given(call: ast.Call) -> set[str] | None:
    """The names of the blanks that a call fills; None where they cannot be read off."""
    if any(keyword.arg is None for keyword in call.keywords):
        return None
    filled = {str(keyword.arg) for keyword in call.keywords}
    for keyword in call.keywords:
        if keyword.arg == "blanks" and isinstance(keyword.value, ast.Dict):
            filled |= {str(key.value) for key in keyword.value.keys if isinstance(key, ast.Constant)}
    return filled


def test_every_blank_is_filled_where_the_phrase_is_said() -> None:
    looked_at = 0
    for node in program():
        if not isinstance(node, ast.Call) or (filled := given(node)) is None:
            continue
        said_here = [*node.args, *(keyword.value for keyword in node.keywords if keyword.arg == "say")]
        for phrase in (words("vi").phrases[key] for key in map(key_in, said_here) if key and not key.startswith("web.")):
            looked_at += 1
            assert set(BLANK.findall(phrase)) <= filled, f"line {node.lineno}: {phrase}"
    assert looked_at > 60
    for key, (blanks, _) in QUESTIONS.items():
        assert set(BLANK.findall(words("vi").phrases[key])) == blanks, key


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_is_complete(language: str) -> None:
    assert keys(language) == keys("vi")


def test_the_same_blanks_and_the_same_titles_in_every_language() -> None:
    vietnamese = words("vi").phrases
    for language in LANGUAGES:
        for key, phrase in words(language).phrases.items():
            assert set(BLANK.findall(phrase)) == set(BLANK.findall(vietnamese[key])), f"{language}: {key}"
            assert not re.search("[{}]", BLANK.sub("", phrase)), f"{language}: {key}"
            assert ("\n" in phrase) == ("\n" in vietnamese[key]), f"{language}: {key}"


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parts[-3]}-{file.stem}")
def test_a_file_is_sorted_and_clean(file: Path) -> None:
    with file.open("rb") as opened:
        catalogue = read_po(opened, abort_invalid=True)
    listed = [message for message in catalogue if message.id]
    if file.stem != "web":  # in the order of the page
        assert [str(message.id) for message in listed] == sorted(str(message.id) for message in listed)
    assert not catalogue.obsolete
    assert f'"Language: {file.parts[-3]}\\n"' in file.read_text("utf-8")
    assert file.read_text("utf-8").count("\nmsgid ") == len(listed) + 1, "a key stands twice"
    for message in listed:
        text = str(message.string)
        assert text and not message.fuzzy and str(message.id).split(".")[0] == file.stem
        assert text == unicodedata.normalize("NFC", text) and text == text.strip(), message.id
        assert not re.search(r" \n|\n{3}|  ", text), message.id


def screens(language: str) -> Iterator[tuple[str, str]]:
    """What people read in a conversation, whoever they are."""
    yield from ((key, phrase) for key, phrase in words(language).phrases.items() if key.split(".")[0] not in OPERATORS)


def test_vietnamese_sentences_are_short() -> None:
    for key, phrase in screens("vi"):
        for sentence in sentences(phrase):
            assert word_count(sentence) <= LONGEST_SENTENCE, f"{key}: {sentence}"


MEMBERS = re.compile(
    r"(visit|invite|join|duplicates|former|link|list|members|merge|resign|summary|menu\.member|helper|meet|assign|duty|broadcast"
    r"|mailbag|vouch|gathering|attendance|workdays|rhythm|postpone|holiday|assist|usage|quick|unclear|today|announce|paper|promised|meeting|correct|allot|counter|card|along|task|drill|session|spot|search\.nothing_member|reminder\.pass\w*|daycode\.yours)\b")
BOTH = re.compile(r"(refused|stale|sent|secret|trouble|way|day|group|why|"
                  r"reminder\.(stopped|started|enough|several|visit|nothing|kind|pass\w*|hand_out|log_home|put_off_home))\b")
CALLED_BAC = {"way.left", "secret.seen"}
"""Said to everybody, but nearly always to a citizen in a guide."""


def test_members_are_anh_chi_citizens_are_bac_and_nobody_is_called_the_wrong_one() -> None:
    for key, phrase in screens("vi"):
        if (MEMBERS.match(key) or BOTH.match(key)) and key not in CALLED_BAC:
            assert not re.search(r"(?<!“)\bbác\b", phrase, re.IGNORECASE), f"{key}: {phrase}"
        if not MEMBERS.match(key) and key != "way.which":
            assert "anh/chị" not in phrase.lower(), f"{key}: {phrase}"


def test_no_phrase_asks_for_a_secret() -> None:
    told = "secret.seen"  # tells what was in the message, and asks for nothing
    for language in LANGUAGES:
        for key, phrase in words(language).phrases.items():
            asking = [each for each in sentences(phrase) if asks_for_secret(each)]
            assert asking == [] or (key == told and "held an ID number" in asking[0]), f"{language} {key}: {asking}"


def test_no_phrase_holds_a_number_that_could_be_somebodys() -> None:
    for language in LANGUAGES:
        for key, phrase in words(language).phrases.items():
            assert not re.search(r"\d[\d .]{7,}\d", phrase), f"{language} {key}"


def test_values_are_put_in_as_they_are() -> None:
    assert words("vi").say("visit.household.number", number="{0.__class__} {hamlet}") == "Hộ {0.__class__} {hamlet}"


def together() -> Iterator[tuple[str, list[str]]]:
    """The labels that stand on one screen, by key."""
    ways = ["way.back", "way.menu"]
    more = {"visit.services": ["way.ready"], "visit.check": ["way.edit"], "guide.helped": ["guide.remind_me", "guide.ask_person"],
            "duty.who": ["way.ready"]}
    more |= {key: [f"day.in_{days}" for days in (1, 2, 3, 7)] for key in ("visit.next", "visit.until", "meet.day")}
    options = {key: options for key, (_, options) in QUESTIONS.items() if key != "visit.outcome"} | SCREENS
    for key, values in options.items():
        yield key, [*(f"{key}.{value}" for value in values), *more.get(key, []), *ways]
    for first in FirstChoice:
        yield f"visit.outcome {first}", [*(f"visit.outcome.{outcome}" for outcome in first.outcomes), *ways]
    yield "invite.role", [*(f"role.{role}" for role in Role), *ways]
    for name in CHECKED:
        short = [key for key in built() if key.startswith(f"{name}.") and key.endswith(".short")]
        yield f"corrections {name}", [*short, "way.not_now"]
    yield "menu", ["menu.log", "menu.summary", "menu.invite", "menu.guides", "menu.join", "welcome.privacy", "language.vi"]
    yield "way.left", ["way.resume", "guide.remind_me", "way.drop", "way.menu"]
    yield "search", ["search.none", "menu.guides", "way.menu", "way.go_on"]
    yield "subjects", [*(f"subject.{subject}" for subject in SUBJECTS), "way.back", "way.menu"]
    yield "reminder", ["way.resume", "way.log", "reminder.enough", "reminder.enough_all"]
    yield "visit.saved", ["visit.undo", "vouch.show"]
    yield "reminder", ["way.resume", "reminder.log_home", "reminder.put_off_home", "reminder.pass_home",
                       "reminder.enough", "reminder.enough_all"]
    yield "visit.undone", ["way.log_again", "visit.undo", "way.menu"]
    yield "help", ["help.never_mind", "help.go_on", "help.feedback", "help.close", "help.ask", "help.answer", "way.menu"]
    yield "asked", ["helper.accept", "helper.pass_on", "helper.take_over", "helper.assign", "helper.all_open", "helper.duty"]
    yield "helping", ["helper.meet", "helper.close", "helper.give_back", "help.go_on", "way.menu"]
    yield "preview", ["broadcast.trial", "broadcast.send", "broadcast.drop", "broadcast.stop"]
    yield "judging", ["broadcast.approve", "broadcast.refuse"]
    yield "mailbag", ["mailbag.handled", "mailbag.all", "way.menu"]
    yield "asked at home", ["confirm.guided.guided", "confirm.guided.not_yet", "confirm.no_more"]
    yield "news", ["news.enough", "way.menu"]
    yield "privacy", ["mydata.look", "mydata.take", "mydata.erase", "privacy.stop", "way.menu"]


def assert_told_apart(where: str, labels: list[str]) -> None:
    folded = [f"{fold(label)} " for label in labels]
    assert all(label.strip() for label in folded), f"{where}: a label without words cannot be typed"
    for one, other in combinations(folded, 2):
        assert not one.startswith(other) and not other.startswith(one), f"{where}: “{one}” or “{other}”?"


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_stands_on_one_screen_can_be_told_apart_when_typed(language: str) -> None:
    spoken = words(language)
    for where, labels in together():
        assert_told_apart(f"{language} {where}", [spoken.phrases[key] for key in labels])
        for key in labels:
            label = spoken.phrases[key]
            assert utf16_units(label) <= LONGEST_LABEL and "\n" not in label, f"{language} {key}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_troubles_of_a_step_can_be_told_apart_when_typed(language: str) -> None:
    spoken = words(language)
    ways = [spoken.say(key) for key in ("guide.stuck.other", "way.back", "way.menu")]
    for guide in Library.load().guides(language):
        for step in guide.steps:
            assert_told_apart(f"{language} {guide.id} {step.id}", [*(trouble.title for trouble in step.troubles), *ways])


@pytest.mark.parametrize("language", LANGUAGES)
def test_figures_in_the_words_are_the_programs_own(language: str) -> None:
    spoken = words(language).phrases
    assert f" {int(people.GUESS_WINDOW.total_seconds()) // 60} " in spoken["join.too_many"]
    assert f" {KEEP_LETTERS.days} " in spoken["privacy.what"]
    assert len(reminders.GUIDE_AFTER) == 3 and {"vi": "ba lần", "en": "three times"}[language] in spoken["reminder.will"]
    for key in ("join.code", "join.not_a_code"):
        example = re.search(r"[A-Z0-9]{4}-[A-Z0-9]{4}", spoken[key])
        assert example and people.tidy_code(example[0]) == example[0] and f" {people.CODE_LENGTH} " in spoken[key]
    assert f"“{spoken['way.ready']}”" in spoken["visit.services"]


def commands(group: object, before: str = "gocua") -> Iterator[str]:
    yield before
    for name, command in getattr(group, "commands", {}).items():
        yield from commands(command, f"{before} {name}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_operators_are_told_to_use_what_exists(language: str) -> None:
    known = set(commands(typer.main.get_command(app)))
    settings = {f"GOCUA_{name.upper()}" for name in Settings.model_fields}
    for key, phrase in words(language).phrases.items():
        for told in re.findall(r"[“(](gocua [a-z]+(?:[ -][a-z]+)*)", phrase):
            assert told in known, f"{key}: {told}"
        assert set(re.findall(r"GOCUA_[A-Z_]+", phrase)) <= settings, key
        assert all((ROOT / page).is_file() for page in re.findall(r"docs/[a-z/-]+\.md", phrase)), key
        if key.startswith("database."):
            assert re.search(r"gocua |GOCUA_|Gõ Cửa", phrase), f"{key} does not say what to do"


def test_other_words_of_consent_have_another_name() -> None:
    wordings = {WORDING: ["join.agree"], home.WORDING: ["home.keep", "news.agree"], confirm.WORDING: ["confirm.link"]}
    for wording, said_ in wordings.items():
        agreed = "\0".join(words(language).phrases[key] for key in said_ for language in LANGUAGES)
        assert sha256(agreed.encode()).hexdigest().startswith(CONSENTS[wording]), wording
