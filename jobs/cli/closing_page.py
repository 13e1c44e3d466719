"""The last page of the demo: what the night found, why, since when it could have been known, what to type next."""

from conf.wording import count, duration
from jobs.cli.account_page import knowable
from jobs.cli.pages import Line, columns, commands, heading, sentence, style_of
from jobs.demo_lake import Truth
from jobs.stories.accounts import AccountStory
from jobs.stories.closing import Closing
from jobs.stories.found import passed
from jobs.stories.sayings import day, kinds, risk, share

REASONS = 5  # of one account


def closing_page(end: Closing, truth_line: str, report: str, lake: str) -> list[Line]:
    """The page, the answer first."""
    lines = [Line(), *sentence(_night(end), 0, "bold")]
    lines += [line for told in end.totals for line in sentence(told, 0)]
    lines += [*heading("Found tonight, accepted before"), *_told(end), *sentence(f"Truth of the demo: {truth_line}")]
    accounts = [
        (row["account_id"], risk(row["risk"], row["tier"]), row["reasons"][0] if row["reasons"] else "")
        for row in end.accounts
    ]
    campaigns = [
        (
            row["campaign_id"],
            f"{count(row['documents'], 'document')} of {count(row['accounts'], 'account')}",
            f"{kinds(row['kinds'])}; weakest tie {share(row['weakest_tie'])}, knowable since {day(row['knowable_at'])}",
        )
        for row in end.campaigns
    ]
    lines += [*heading("Accounts with the highest risk"), *columns(accounts)]
    lines += [*heading("Campaigns that touch most accounts"), *(columns(campaigns) or sentence("none"))]
    return [*lines, *commands([*_next(end), (f"open {report}", "the night as a page")], lake)]


def truth_line(end: Closing, truth: Truth, members: frozenset[str]) -> str:
    """Whether the planted account was found, and how much of its campaign; `members`: of its released campaign."""
    found = truth.account_id in {item.account_id for item in end.found}
    planted = f"{truth.account_id} is one of the {len(truth.members)} planted forgeries of its campaign"
    tied = f"{len(members & truth.members)} of them were tied together"
    others = len(members - truth.members)
    strangers = f", and {count(others, 'document')} besides" if others else ""
    return f"{planted}; it was {'' if found else 'not '}found tonight, {tied}{strangers}."


def _night(end: Closing) -> str:
    took = "" if end.seconds is None else f" in {duration(end.seconds)}"
    counts = end.counts
    return (
        f"Night {end.release.run_id} released{took}: {count(counts['new'], 'new manifest row')}, "
        f"{count(counts['scored'], 'document')} scored in the lake, {counts['rejected']:,} rejected, "
        f"{counts['duplicate']:,} duplicate, {counts['pending']:,} pending."
    )


def _told(end: Closing) -> list[Line]:
    if end.told is None:
        rose = count(len(end.found), "account")
        return sentence(f"None: {rose} rose to a tier that somebody acts on, and none had been accepted before.")
    story = end.told
    lines = [
        *sentence(_opening(story)),
        *sentence(f"{risk(story.risk, story.tier).capitalize()}. Why:", 2, style_of(story.tier)),
    ]
    lines += [line for reason in story.reasons[:REASONS] for line in sentence(reason, 4)]
    return lines + (sentence(knowable(story.knowable)) if story.knowable else [])


def _opening(story: AccountStory) -> str:
    """When it was opened, and when its first document was passed."""
    opened = f"was opened on {day(story.facts['opened_at'])}" if story.facts.get("opened_at") else "is in the lake"
    first = next((row for row in story.documents if passed(row)), None)
    if first is None:
        return f"Account {story.account_id} {opened}."
    noun = (first["doc_type"] or "document").replace("_", " ")
    cleared = str(first["vendor_result"] or "").lower() in ("clear", "cleared", "pass", "passed")
    whose = "its vendor had cleared" if cleared else "the exchange had accepted"
    when = day(first["decided_at"] or first["submitted_at"])
    return f"Account {story.account_id} {opened}; {whose} the {noun} on {when}."


def _next(end: Closing) -> list[tuple[str, str]]:
    told = end.told.account_id if end.told else next((row["account_id"] for row in end.accounts), None)
    pairs = [(f"lookback account {told}", "its life, evidence and ties")] if told else []
    tied = end.told.campaigns if end.told and end.told.campaigns else end.campaigns
    pairs += [(f"lookback campaign {row['campaign_id']}", "the members side by side") for row in tied[:1]]
    return [*pairs, ('lookback sql "SELECT * FROM campaigns"', "them in SQL; more in docs/cookbook.md")]
