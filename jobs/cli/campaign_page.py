"""Tells the story of a campaign: its size, what holds it, its members, what to type next."""

from conf.wording import count
from jobs.cli.pages import Line, columns, commands, heading, sentence, some
from jobs.stories.campaigns import CampaignStory
from jobs.stories.sayings import day, kinds, risk, share

EVENT_WORDS = {"birth": "was born", "growth": "grew", "shrink": "shrank", "split": "split", "merge": "merged",
               "death": "ended"}  # fmt: skip


def campaign_page(story: CampaignStory, lake: str | None = None) -> list[Line]:
    """The page of one campaign; the commands at its end name the lake, where one is given."""
    facts = story.facts
    if not facts:
        lines = sentence(f"Campaign {story.campaign_id} has ended", 0)
    else:
        size = f"{count(facts['documents'], 'document')} of {count(facts['accounts'], 'account')}"
        lines = sentence(f"Campaign {story.campaign_id}: {size}", 0, "bold red")
        lines += sentence(
            f"Held by: {kinds(facts['kinds'])}; cohesion {share(facts['cohesion'])}, "
            f"weakest tie {share(facts['weakest_tie'])}"
        )
        lines += sentence(
            f"First document submitted on {day(facts['first_submitted_at'])}; it could have been seen from "
            f"{day(facts['knowable_at'])} on, and was first seen in the night of {day(facts['born'])}"
        )
    members = [
        (day(row["submitted_at"]), row["doc_id"], row["account_id"], f"tie {row['tie']:.2f}", risk(row["risk"], None),
         kinds(row["kinds"]))
        for row in story.members
    ]  # fmt: skip
    touched = [
        (row["account_id"], count(row["documents"], "document"), risk(row["risk"], row["tier"]))
        for row in story.accounts
    ]
    lines += [*heading("Documents, in order of submission"), *some(members)] if members else []
    lines += [*heading("Accounts"), *some(touched)] if touched else []
    happened = [
        (
            day(row["night"]),
            EVENT_WORDS.get(row["event"], row["event"]),
            f"{row['cause']} ({count(row['documents'], 'document')} after it)",
        )
        for row in story.events
    ]
    lines += [*heading("What happened to it"), *columns(happened)] if happened else []
    return [*lines, *commands(_after_campaign(story), lake)]


def _after_campaign(story: CampaignStory) -> list[tuple[str, str]]:
    pairs = [(f"lookback account {row['account_id']}", "its life and evidence") for row in story.accounts[:1]]
    pairs += [(f"lookback document {row['doc_id']}", "its evidence and ties") for row in story.members[:1]]
    return pairs
