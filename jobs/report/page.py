"""Renders the facts of a night as one self-contained HTML page."""

from datetime import date, datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from conf.settings import MonitorSettings
from conf.wording import count, duration
from jobs.report.facts import ACCOUNTS, PLACES, NightFacts
from jobs.stories.sayings import day, kinds, share

TEMPLATE = "template.html"
COLOURS = ("c1", "c2", "c3", "c4", "c5", "c6")  # classes of the template's stacked bars, one for each place


def render(facts: NightFacts, monitor: MonitorSettings) -> str:
    """The page: inline style and pictures, nothing fetched, no script, every value escaped."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(day=day, kinds=kinds, count=count, share=share, clock=clock, duration=duration)
    return environment.get_template(TEMPLATE).render(
        facts=facts,
        release=facts.release,
        whole=facts.coverage[0] if facts.coverage else None,
        sentence=sentence(facts),
        places=list(zip(PLACES, COLOURS, strict=True)),
        drift=monitor.drift_psi,
        most_found=ACCOUNTS,
    )


def sentence(facts: NightFacts) -> str:
    """The night in one sentence."""
    whole = facts.coverage[0] if facts.coverage else None
    if whole is None:
        return f"Night {facts.release.run_id} is released; nothing was counted."
    accepted = sum(found.accepted for found in facts.found)
    raised = f"{count(len(facts.found), 'account')} rose to a tier that somebody acts on"
    if accepted:
        raised += f", {accepted:,} of them accepted before"
    return (
        f"Night {facts.release.run_id} took in {count(facts.new_rows, 'manifest row')}: "
        f"{count(whole['scored'], 'document')} of the lake are scored, {whole['rejected']:,} rejected, "
        f"{whole['pending']:,} pending; {raised}; {count(facts.all_campaigns, 'campaign')} known."
    )


def clock(value: datetime | date) -> str:
    """A time as 2026-03-02 01:48 UTC."""
    return f"{value:%Y-%m-%d %H:%M} UTC"
