"""How stories read on a screen; none of these starts Spark."""

import json
from dataclasses import asdict

import pytest

from conf.settings import ProfileSettings
from jobs.cli.account_page import account_page
from jobs.cli.campaign_page import campaign_page
from jobs.cli.document_page import document_page
from jobs.cli.output import Format, print_rows
from jobs.cli.pages import WIDEST, columns, print_page, sentence
from jobs.stories.accounts import account_story
from jobs.stories.campaigns import campaign_story
from jobs.stories.documents import document_story
from tests.fakes_released import world

TIERS = ProfileSettings().tiers


def pages() -> dict[str, list[str]]:
    released = world()
    found = {
        "document": document_page(document_story(released, "D-1", TIERS)),
        "values": document_page(document_story(released, "D-1", TIERS, with_values=True)),
        "rejected": document_page(document_story(released, "D-9", TIERS)),
        "account": account_page(account_story(released, "A-1")),
        "campaign": campaign_page(campaign_story(released, "C-3F9A")),
    }
    return {name: [line.text for line in lines] for name, lines in found.items()}


def test_every_page_fits_a_hundred_columns() -> None:
    assert max(len(line) for lines in pages().values() for line in lines) <= WIDEST


def test_the_answer_comes_first_and_the_next_command_last() -> None:
    told = pages()
    assert told["document"][0] == "Document D-1: risk 0.93 (severe)"
    assert told["account"][0] == "Account A-1: risk 0.94 (severe), as of night 2026-03-02"
    assert told["campaign"][0] == "Campaign C-3F9A: 4 documents of 4 accounts"
    assert told["rejected"][0] == "Document D-9: rejected"
    assert "lookback document D-1" in told["account"][-2]
    assert "lookback campaign C-3F9A" in told["account"][-1]


def test_an_account_says_since_when_it_could_have_been_known() -> None:
    text = " ".join(" ".join(pages()["account"]).split())
    assert "Could have been known on 2025-12-02, with the 3rd document of campaign C-3F9A: 90 days earlier" in text
    assert "41,200 USD left since" in text


def test_personal_values_stand_on_the_page_only_where_asked_for() -> None:
    told = {name: "\n".join(lines) for name, lines in pages().items()}
    assert "1983-04-12" in told["values"]
    assert "personal data" in told["values"]
    for name in ("document", "account", "campaign"):
        assert not any(value in told[name] for value in ("1983-04-12", "1988-04-12", "Vale", "Quill", "Mara"))


def test_json_is_one_array_of_one_object_with_all_facts(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows([asdict(account_story(world(), "A-1"))], Format.json)
    (told,) = json.loads(capsys.readouterr().out)
    assert told["knowable"]["left"] == {"USD": "41200"}
    assert told["timeline"][1]["valid_from"] == "2025-12-02T09:30:00+00:00"
    assert len(told["documents"]) == 1


def test_columns_align_and_long_text_wraps_inside_its_column(capsys: pytest.CaptureFixture[str]) -> None:
    lines = columns([("a", "word " * 40), ("bbb", "short")])
    assert lines[0].text.startswith("  a    word")
    assert lines[1].text.startswith("       word")
    print_page([*lines, *sentence("[bold]not markup[/bold]")])
    printed = capsys.readouterr().out
    assert "[bold]not markup[/bold]" in printed
    assert "\x1b" not in printed
