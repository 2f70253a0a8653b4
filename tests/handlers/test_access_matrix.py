"""Who gets what, asked for by name with the numbers of things: theirs, somebody else's, nobody's.

A row for everything that can be asked of the bot. Whoever does not get a thing is told the very same as about one that does
not exist: no count, no name, no difference between "not yours" and "not there". What is new in the catalogue fails here until
it has a row.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

import pytest

from handlers.catalogue import ACTIONS, DIALOGUES
from handlers.screens import short
from storage.database import Database
from tests.handlers.communes import BESIDE, HERE, MISSING, ROLES, THERE, Communes, Said, Things, hidden

MATRIX = """
                                                         citizen   volunteer leader    officer   admin     asker
guide           vneid-level2                             .         .         .         .         .         .
visit           {hamlet}.=11                             -         y         y         -         -         -
visit           {hamlet}.~11                             -         y         y         -         -         -
visit           {hamlet}.11                              -         y         y         -         -         -
visit           {hamlet}                                 -         y         y         -         -         -
join            {invited}                                !         !         !         !         !         !
invite          =                                        .         .         .         .         .         .
link            =                                        .         .         .         .         .         .
members         =                                        .         .         y         y         y         .
members         {service}                                -         -         -         -         -         -
resign          =                                        .         .         .         .         .         .
resign          {service}                                -         -         -         -         -         -
merge           {hamlet}.15.16                           -         -         y         -         -         -
help            =                                        .         .         .         .         .         .
help            {run_}                                   -         -         -         -         -         -
help            {hamlet}                                 -         -         -         -         -         -
meet            {taken_}                                 -         y         -         -         -         -
meet            {request_}                               -         -         -         -         -         -
assign          {request_}                               -         -         y         y         *         -
assign          {taken_}                                 -         -         y         y         *         -
duty            =                                        .         .         y         .         .         .
broadcast       =                                        .         .         .         .         .         .
broadcast       {hamlet}                                 -         -         -         -         -         -
news            =                                        .         .         .         .         .         .
feedback        =                                        .         .         .         .         .         .
feedback        {hamlet}                                 -         -         -         -         -         -
confirm         {secret}                                 !         !         !         !         !         !
dossier         =                                        .         .         .         .         .         .
desk            =                                        .         .         .         .         .         .
settings        =                                        .         .         .         .         .         .
erase           =                                        .         .         .         .         .         .
erase           {volunteer}                              -         -         -         -         -         -
gathering       =                                        .         .         .         .         .         .
move_gathering  {gathering_}                             -         -         y         y         y         -
attendance      {gathering_}                             -         -         y         y         y         -
workdays        =                                        .         .         .         .         .         .
workdays        {hamlet}                                 -         -         -         -         -         -
rhythm          =                                        .         .         .         .         .         .
holiday         =                                        .         .         .         .         .         .
postpone        household:{home}                         -         y         y         -         -         -
passto          household:{home}                         -         y         y         -         -         -
exclude         {hamlet}.13                              -         -         y         y         -         -
daycode         =                                        .         .         .         .         .         .
daycode         4021                                     .         .         .         .         .         .
assist          {home}~vneid-level2                      -         y         y         -         -         -
arrive          {code}                                   !         !         !         !         !         !
unclear         =                                        .         .         .         .         .         .
drill           =                                        .         .         .         .         .         .
unclear         {letter}                                 -         -         -         -         -         -
announce        =                                        .         .         .         .         .         .
announce        {hamlet}                                 -         -         y         -         -         -
allot           =                                        .         .         .         .         .         .
allot           {hamlet}                                 -         -         y         -         -         -
meeting         =                                        .         .         .         .         .         .
meeting         {hamlet}                                 -         y         y         -         -         -
counter         =                                        .         y         y         .         .         .
counter         {hamlet}                                 -         y         y         y         -         -
counter         {hamlet}.11                              -         y         y         y         -         -
correct         {hamlet}.11                              -         y         y         -         -         -
along           {logged_}                                -         y         -         -         -         -
menu            =                                        .         y         y         y         y         .
more            =                                        .         .         .         .         .         .
more            1                                        .         .         .         .         .         .
leave           =                                        .         y         y         y         y         .
about           =                                        .         .         .         .         .         .
language        en                                       .         y         y         y         y         .
guides          =                                        .         .         .         .         .         .
none            =                                        .         .         .         .         .         .
undo            =                                        .         .         .         .         .         .
undo            {logged_}                                -         y         -         -         -         -
undo            ={letter_}                               -         y         -         -         -         -
summary         =                                        .         .         .         .         .         .
summary         {hamlet}                                 -         y         y         y         y         -
summary         {commune}                                -         -         -         y         y         -
numbers         =                                        .         .         .         .         .         .
numbers         {hamlet}                                 -         y         y         -         -         -
numbers         {commune}                                -         -         -         -         -         -
behind          untouched.{hamlet}                       -         y         y         -         -         -
behind          exclusion_to_confirm.{hamlet}            -         y         y         -         -         -
behind          all.{commune}                            -         y         y         -         -         -
behind          all.{commune}.{hamlet}-0                 -         y         y         -         -         -
behind          b.otp_not_received.{hamlet}              -         y         y         -         -         -
parts           {commune}                                -         -         -         y         y         -
parts           {commune}.untouched                      -         -         -         y         y         -
parts           {hamlet}                                 -         y         y         y         y         -
gone            =                                        .         .         .         .         .         .
gone            {hamlet}                                 -         -         y         y         -         -
gone            {commune}                                -         -         -         y         -         -
report          =                                        .         .         .         .         .         .
report          {hamlet}                                 -         -         y         y         y         -
report          {hamlet}.week.docx                       -         -         y         y         y         -
report          {commune}.month.docx                     -         -         -         y         y         -
report          {commune}.week.xlsx                      -         -         -         y         y         -
report          {hamlet}.week.csv                        -         -         y         y         y         -
session_letter  otp_not_received.{hamlet}                -         -         y         y         y         -
session_letter  otp_not_received.{commune}               -         -         -         y         y         -
spot            =                                        .         .         .         .         .         .
spot            {hamlet}                                 -         -         y         -         -         -
spot            {commune}                                -         -         -         -         -         -
remind          {run_}                                   -         y         -         -         -         -
quiet           =                                        .         .         .         .         .         .
quiet           follow_up_visit_due~household:{home}     -         -         -         -         -         -
privacy         =                                        .         .         .         .         .         .
mydata          =                                        .         .         .         .         .         .
takedata        =                                        .         .         .         .         .         .
takedata        json                                     .         .         .         .         .         .
list            =                                        .         .         .         .         .         .
list-refused    empty                                    .         .         .         .         .         .
keep-list       {proposal_}                              -         -         y         -         -         -
drop-list       {proposal_}                              -         -         y         -         -         -
duplicates      =                                        .         .         .         .         .         .
part            {hamlet}.18                              -         -         y         -         -         -
formerly        7.{old}                                  -         y         y         -         -         -
quick           =                                        .         .         .         .         .         .
quick           {hamlet}                                 -         y         y         -         -         -
today           =                                        .         y         y         .         .         .
today           {hamlet}                                 -         -         -         -         -         -
today           {hamlet}.0.11                            -         -         -         -         -         -
paper           {hamlet}                                 -         y         y         -         -         -
held            =                                        .         .         y         .         .         .
held            {hamlet}                                 -         -         y         -         -         -
card            {hamlet}.11                              -         y         y         -         -         -
accept          {request_}                               -         y         y         y         -         -
accept          {taken_}                                 -         y         y         y         -         -
passon          {request_}                               -         y         y         y         -         -
passon          {taken_}                                 -         y         y         y         -         -
talkon          {taken_}                                 -         y         -         -         -         -
talkon          {request_}                               -         -         -         -         -         y
closehelp       {request_}                               -         -         -         -         -         y
closehelp       {taken_}                                 -         y         -         -         -         -
requests        =                                        .         y         y         y         .         .
request         {request_}                               -         y         y         y         -         -
request         {taken_}                                 -         y         y         y         -         -
takeover        {request_}                               -         y         y         y         -         -
takeover        {taken_}                                 -         y         y         y         *         -
announced       =                                        .         .         y         y         y         .
announcement    {draft_}                                 -         -         y         y         *         -
announcement    {waiting_}                               -         -         y         y         *         -
trial           {draft_}                                 -         -         y         y         *         -
trial           {waiting_}                               -         -         y         y         *         -
send            {draft_}                                 -         -         y         y         *         -
send            {waiting_}                               -         -         y         y         *         -
approve         {waiting_}                               -         -         y         y         *         -
approve         {draft_}                                 -         -         y         y         *         -
refuse          {waiting_}                               -         -         y         y         *         -
refuse          {draft_}                                 -         -         y         y         *         -
unsend          {draft_}                                 -         -         y         y         *         -
stopsend        {draft_}                                 -         -         y         y         *         -
nonews          =                                        .         .         .         .         .         .
thanks          =                                        .         .         .         .         .         .
mailbag         =                                        .         .         y         y         y         .
handled         {complaint_}                             -         -         y         y         *         -
showcode        {hamlet}.11                              -         y         y         -         -         -
wrongcode       =                                        .         .         .         .         .         .
guided          y{asked_}                                -         -         -         -         -         y
unlink          =                                        .         .         .         .         .         .
mycode          =                                        .         .         .         .         .         .
together        =                                        .         .         .         .         .         .
together        {home}                                   -         y         y         -         -         -
together        {home}~vneid-level2                      -         y         y         -         -         -
together        {home}.1                                 -         y         y         -         -         -
together        .11                                      .         .         .         .         .         .
usage           =                                        .         .         .         .         .         .
usage           vneid-level2                             .         .         .         .         .         .
unquiet         =                                        .         .         .         .         .         .
why             =                                        .         .         .         .         .         .
dossiers        =                                        .         .         .         .         .         y
redate          {dossier_}                               -         -         -         -         -         y
reminders       =                                        .         .         .         .         .         .
reminder        {reminder_}                              -         -         -         -         -         y
later           1                                        .         .         .         .         .         .
dossier_one     {dossier_}                               -         -         -         -         -         y
dossier_is      {dossier}.received                       -         -         -         -         -         y
hours           =                                        .         .         .         .         .         .
hours           {commune}                                !         !         !         !         !         !
desk_notes      {commune}.1                              !         !         !         !         !         !
sessions        =                                        .         .         .         .         .         .
session         {gathering_}                             -         -         -         -         -         -
gatherings      =                                        .         y         y         y         y         .
gathering_one   {gathering_}                             -         y         y         y         y         -
present         {room}                                   -         y         y         y         y         -
off_sure        {gathering_}                             -         -         y         y         y         -
call_off        {gathering_}                             -         -         y         y         y         -
attendance_file {gathering_}                             -         -         y         y         y         -
poster          =                                        .         .         .         .         .         .
poster          t-{code}                                 -         -         y         y         *         -
poster          g-vneid-level2                           .         .         .         .         .         .
listen          vneid-level2                             .         .         .         .         .         .
figure          =                                        .         .         .         .         .         .
figure          {hamlet}                                 -         -         y         y         y         -
figure          {commune}                                -         -         -         y         y         -
credit          =                                        .         .         y         y         y         .
credit          {hamlet}                                 -         -         y         y         y         -
credit          {commune}                                -         -         -         y         y         -
credit          {hamlet}.{volunteer}                     -         -         y         y         y         -
promised        {taken_}                                 -         -         -         -         -         -
promised        {request_}                               -         -         -         -         -         -
"""
EVERYBODY, ANYWHERE, RIGHT_PLACE, NOBODY, OWN = "!", "*", "y", "-", "."
"""Whoever brings the secret · whoever has the role · who has it in that place · nobody · everybody their own, which is nothing
private of the place."""


@pytest.fixture
def communes(database: Database) -> Communes:
    return Communes(database)


def rows() -> Iterator[tuple[str, str, list[str]]]:
    """What is asked for, about what, and the cells."""
    for line in MATRIX.strip().splitlines()[1:]:
        name, subject, *cells = line.split()
        yield name, "" if subject == "=" else subject, cells


def asked(name: str, subject: str, things: Things) -> str:
    """The button: numbers as they are, and with an underscore as short as buttons carry them."""
    values = asdict(things)
    values |= {f"{key}_": short(value) for key, value in values.items() if isinstance(value, int)}
    return f"/{name}:{subject.format(**values)}" if subject else f"/{name}"


def alike(communes: Communes, one: Said, other: Said) -> bool:
    """Whether nobody could tell these two answers apart, and nothing else came of them."""
    things = communes.things[HERE], communes.things[MISSING]
    return (hidden(one.told, *things), one.effects) == (hidden(other.told, *things), other.effects)


def gets(communes: Communes, who: str, name: str, subject: str) -> bool:
    """Whether somebody gets that of the first hamlet."""
    here = communes.ask(who, asked(name, subject, communes.things[HERE]))
    if "{" not in subject:
        return f"kín{HERE}" in here.told
    return not alike(communes, here, communes.ask(who, asked(name, subject, communes.things[MISSING])))


def elsewhere(role: str, subject: str) -> list[str]:
    """The same role where it does not count: in another commune, or in the next hamlet."""
    places = [THERE] if role in ("commune_officer", "admin") or "{commune}" in subject else [THERE, BESIDE]
    return [f"{role}@{place}" for place in places]


def test_everything_that_can_be_asked_for_has_a_row() -> None:
    named = {name for name, _, _ in rows()}
    assert named == {*DIALOGUES, *ACTIONS}
    assert all(len(cells) == len(ROLES) + 1 for _, _, cells in rows())


def cell(communes: Communes, role: str, name: str, subject: str) -> str:
    """What a role gets of a thing, as it stands in the table."""
    right = gets(communes, f"{role}@{HERE}", name, subject)
    wrong = [who for who in elsewhere(role, subject) if gets(communes, who, name, subject)]
    if right and wrong == elsewhere(role, subject):
        return EVERYBODY if gets(communes, "nobody", name, subject) else ANYWHERE
    return "LEAK:" + ",".join(wrong) if wrong else RIGHT_PLACE if right else NOBODY if "{" in subject else OWN


def test_who_gets_what_and_who_the_same_as_for_nothing(communes: Communes) -> None:
    every = list(rows())
    some = every if communes.database.is_sqlite else every[::3]  # who gets what is decided above the database
    found = []
    with communes.open():
        for name, subject, _ in some:
            cells = [cell(communes, role, name, subject) for role in ROLES]
            mine = gets(communes, f"asker@{HERE}", name, subject)
            cells.append(EVERYBODY if cells[0] == EVERYBODY else RIGHT_PLACE if mine else NOBODY if "{" in subject else OWN)
            found.append([name, subject, cells])
    assert found == [list(row) for row in some]
