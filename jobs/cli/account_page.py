"""Tells the story of an account: the answer, why, since when it could have been known, what to type next."""

from itertools import groupby

from conf.wording import count
from jobs.cli.pages import Line, columns, commands, heading, sentence, some, style_of
from jobs.stories.accounts import AccountStory, Knowable, Stretch
from jobs.stories.sayings import base, day, decided, kinds, minute, money, moves, risk, share, weight, what
from schemas.words import RISK_COMPONENTS


def account_page(story: AccountStory, lake: str | None = None) -> list[Line]:
    """The page of one account; the commands at its end name the lake, where one is given."""
    answer = f"Account {story.account_id}: {risk(story.risk, story.tier)}, as of night {story.night}"
    lines = sentence(answer, 0, style_of(story.tier))
    facts = [f"opened on {day(story.facts['opened_at'])}"] if story.facts.get("opened_at") else []
    facts += [f"closed on {day(story.facts['closed_at'])}"] if story.facts.get("closed_at") else []
    facts += [count(len(story.documents), "document")]
    lines += sentence(f"{', '.join(facts)}; deposits {money(story.came_in)}, withdrawals {money(story.went_out)}")
    if story.reasons:
        lines += [*heading("Why"), *(line for reason in story.reasons for line in sentence(reason))]
    if story.knowable is not None:
        lines += [Line(), *sentence(knowable(story.knowable), 0)]
    parts = [("before", f"{story.base_log_odds:+.1f}", base(story.base_log_odds))]
    parts += [(name, f"{story.components[name]:+.1f}", weight(story.components[name])) for name in RISK_COMPONENTS]
    lines += [*heading("What the risk is made of, in log-odds"), *columns(parts)]
    lines += _documents(story)
    return [*lines, *_campaigns(story), *_life(story), *commands(_after_account(story), lake)]


def knowable(known: Knowable) -> str:
    """Since when it could have been known, with what, how much earlier and what left since."""
    with_what = {
        "campaign": f"with the 3rd document of campaign {known.name}",
        "document": f"with document {known.name}",
    }.get(known.by, "by its transactions or signals")
    left = f"; {money(known.left)} left since" if any(known.left.values()) else ""
    return f"Could have been known on {day(known.since)}, {with_what}: {count(known.days, 'day')} earlier{left}."


def _documents(story: AccountStory) -> list[Line]:
    rows = [
        (
            day(row["submitted_at"]),
            row["doc_id"],
            what(row),
            risk(row["risk"], None) or (f"rejected: {row['refused']}" if row["refused"] else "pending"),
            ", ".join(part for part in (row["campaign_id"], decided(row)) if part),
        )
        for row in story.documents
    ]
    return [*heading("Documents"), *some(rows)] if rows else []


def _campaigns(story: AccountStory) -> list[Line]:
    rows = [
        (
            row["campaign_id"],
            f"{count(row['documents'], 'document')} of {count(row['accounts'], 'account')}",
            f"{kinds(row['kinds'])}; weakest tie {share(row['weakest_tie'])}, knowable since {day(row['knowable_at'])}",
        )
        for row in story.campaigns
    ]
    return [*heading("Campaigns"), *some(rows)] if rows else []


def _life(story: AccountStory) -> list[Line]:
    """What held when, as known now; and what each night knew of its present."""
    told = [(risk(stretch.risk, stretch.tier), stretch) for stretch in story.timeline]
    alike = [(what_held, [s for _, s in same]) for what_held, same in groupby(told, lambda pair: pair[0])]
    spans = [(f"{minute(s[0].valid_from)} to {_end(s[-1])}", what_held) for what_held, s in alike]
    nights = [(f"{known.night}", risk(known.risk, known.tier), moves(known.moves)) for known in story.known]
    lines = [*heading("Its risk over time, as known now"), *some(spans)] if spans else []
    return lines + ([*heading("What each night knew"), *some(nights)] if nights else [])


def _end(stretch: Stretch) -> str:
    return minute(stretch.valid_to) if stretch.valid_to else "now"


def _after_account(story: AccountStory) -> list[tuple[str, str]]:
    weightiest = (*story.contributing, *(row["doc_id"] for row in story.documents))
    pairs = [(f"lookback document {doc}", "its evidence and ties") for doc in weightiest[:1]]
    pairs += [(f"lookback campaign {row['campaign_id']}", "the members side by side") for row in story.campaigns[:1]]
    return pairs
