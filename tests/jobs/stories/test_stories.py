"""What the stories tell of a small released lake; none of these starts Spark."""

from decimal import Decimal

import pytest

from conf.settings import ProfileSettings
from jobs.stories.accounts import account_story
from jobs.stories.campaigns import campaign_story
from jobs.stories.documents import document_story
from jobs.stories.released import NotFound
from jobs.stories.sayings import base, money, place, weight
from tests.fakes_released import FIRST, KNOWABLE, SECOND, world

TIERS = ProfileSettings().tiers


def test_a_document_is_told_with_evidence_ties_campaign_and_history() -> None:
    story = document_story(world(), "D-1", TIERS)
    assert (story.state, story.risk, story.tier) == ("scored", 0.93, "severe")
    assert story.evidence == {"physical": None, "tampered": 0.4, "generated": 0.1, "inconsistent": 0.9}
    assert [(tie.doc_id, tie.account_id) for tie in story.ties] == [("D-2", "A-2"), ("D-3", "A-3"), ("D-4", "A-4")]
    assert story.campaign is not None
    assert story.campaign["campaign_id"] == "C-3F9A"
    assert [(change.before, change.after) for change in story.history] == [(None, 0.2), (0.2, 0.93)]


def test_values_are_neither_told_nor_read_unless_asked_for() -> None:
    released = world()
    story = document_story(released, "D-1", TIERS)
    assert {reading.value for clash in story.contradictions for reading in clash.readings} == {None}
    read = {column for view, columns in released.asked if view == "fields" for column in columns}
    assert not read & {"value", "raw"}
    assert not [view for view, _ in released.asked if view == "accounts"]


def test_values_are_told_where_asked_for_also_those_declared_and_read_in_parts() -> None:
    story = document_story(world(), "D-1", TIERS, with_values=True)
    told = {clash.kind: [reading.value for reading in clash.readings] for clash in story.contradictions}
    assert told == {"birth_date_mismatch": ["1988-04-12", "1983-04-12"], "name_mismatch": ["Mara Quill", "Nomi Vale"]}


def test_a_contradiction_names_places_and_how_surely_they_were_read() -> None:
    clash = document_story(world(), "D-1", TIERS).contradictions[0]
    assert [reading.place for reading in clash.readings] == ["D-1/visual/birth_date", "D-1/mrz/birth_date"]
    assert [reading.confidence for reading in clash.readings] == [0.98, 0.98]


def test_a_refused_document_says_why() -> None:
    story = document_story(world(), "D-9", TIERS)
    assert story.state == "rejected"
    assert story.rejections == ("rejected at inspect: the file ends before its picture does (ends at byte 120)",)


def test_an_account_could_have_been_known_when_its_campaign_could() -> None:
    story = account_story(world(), "A-1")
    assert story.knowable is not None
    assert (story.knowable.since, story.knowable.by, story.knowable.name) == (KNOWABLE, "campaign", "C-3F9A")
    assert story.knowable.days == (SECOND - KNOWABLE.date()).days == 90
    assert story.knowable.left == {"USD": Decimal(41_200)}
    assert story.went_out == {"USD": Decimal(41_600)}


def test_an_account_tells_what_each_night_knew() -> None:
    story = account_story(world(), "A-1")
    assert [(known.night, known.tier) for known in story.known] == [(FIRST, "elevated"), (SECOND, "severe")]
    assert [(stretch.valid_from, stretch.tier) for stretch in story.timeline][-1] == (KNOWABLE, "severe")


def test_nothing_was_knowable_of_an_account_that_nobody_acts_on() -> None:
    assert account_story(world(), "A-4").knowable is None


def test_a_campaign_lists_its_members_in_order_of_submission() -> None:
    story = campaign_story(world(), "C-3F9A")
    assert [row["doc_id"] for row in story.members] == ["D-1", "D-2", "D-3", "D-4"]
    assert [row["account_id"] for row in story.accounts] == ["A-1", "A-2", "A-3", "A-4"]
    assert [row["event"] for row in story.events] == ["birth", "growth"]
    assert len(story.links) == 3


def test_an_unknown_id_names_those_near_it() -> None:
    with pytest.raises(NotFound, match=r"no document 'D-77'.*D-1, D-2, D-3"):
        document_story(world(), "D-77", TIERS)
    with pytest.raises(NotFound, match="no account 'A-77'"):
        account_story(world(), "A-77")
    with pytest.raises(NotFound, match=r"no campaign 'C-X'.*C-3F9A"):
        campaign_story(world(), "C-X")


def test_log_odds_places_and_money_are_words() -> None:
    assert weight(5.2) == "raises it very strongly"
    assert weight(-1.5) == "lowers it clearly"
    assert weight(0.05) == "says nothing"
    assert base(-4.595) == "one in 100 assumed before any evidence"
    assert place("D-1/mrz/birth_date") == "birth date, machine readable zone of D-1"
    assert money({"USD": Decimal(41_200), "EUR": Decimal(0)}) == "41,200 USD"
    assert money({}) == "nothing"
