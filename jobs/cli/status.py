"""The command status: one line a night, and what to do about those that failed."""

import time
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from conf.settings import Settings
from conf.wording import duration
from jobs.cli.app import app
from jobs.cli.context import given, has_table, open_tables
from jobs.cli.output import print_json
from jobs.cli.pages import Line, columns, print_page

if TYPE_CHECKING:
    from jobs.health.status import LakeStatus, NightStatus

HEAD = ("night", "state", "documents", "new", "rejected", "pending", "took", "docs/s", "bound by")
NUMBERS = (2, 3, 4, 5)


@app.command()
def status(
    context: typer.Context,
    *,
    json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    nights: Annotated[int, typer.Option(min=1, help="Newest nights to show.")] = 14,
) -> None:
    """What ran, how fast, what is missing, and the command that goes on from here."""
    found = read_status(given(context).settings())
    if json:
        print_json(asdict(found))
    else:
        print_page(page(found, nights))


def read_status(settings: Settings) -> "LakeStatus":
    """The lake's status from its tables; a lake without tables has had no night."""
    from jobs.health.status import LakeStatus, controls_of, models_of, nights_of
    from jobs.lease import holder_of
    from jobs.pace import backlog, paced_nights
    from jobs.publishing.intact import oldest_of
    from jobs.publishing.releases import ever_published, live, publications
    from jobs.upkeep.due import due
    from jobs.upkeep.maintenance import table_states
    from jobs.upkeep.shape import gaps

    if not has_table(settings, "runs"):
        return LakeStatus(settings.lake, None, (), {}, (), {}, {})
    tables = open_tables(settings)
    seen = tables.read("metrics").where("measure = 'control_recall'")
    frames = (tables.read("runs"), tables.read("coverage").where("detector = 'manifest'"), seen)
    runs, coverage, metrics = ([row.asDict(recursive=True) for row in frame.collect()] for frame in frames)
    published = publications(tables)
    newest = published[-1] if published and published[-1].versions else None
    lineage = newest.lineage if newest else ()
    holder = holder_of(settings.tables)
    alive = holder is not None and holder.lives(time.time())
    writing = holder.token.partition("@")[0].removeprefix("night ") if holder and alive else None
    keep, days = settings.what.releases.keep, settings.what.releases.retention_days
    releases = live(published, keep, oldest_of(settings.tables))
    wanted = due(table_states(tables, keep, time.time()), settings.how.upkeep, retention_days=days)
    controls, mean = controls_of(metrics, lineage) if lineage else ({}, {})
    return LakeStatus(
        lake=settings.lake,
        release=newest.run_id if newest else None,
        live=tuple(release.run_id for release in releases),
        models=models_of(runs),
        nights=nights_of(runs, coverage, lineage=lineage, published=ever_published(published), writing=writing),
        controls=controls,
        controls_mean=mean,
        backlog=backlog(paced_nights(runs, coverage, lineage)),
        due=tuple(one.sentence for one in wanted),
        missing=tuple(f"{gap.table} {gap.lacks}" for gap in gaps(tables)),
    )


def page(found: "LakeStatus", most: int) -> Iterator[Line]:
    """The status as a person reads it."""
    models = ", ".join(
        f"{name} v{version}" + ("" if role == "champion" else f" ({role})")
        for name, roles in found.models.items()
        for role, version in roles.items()
    )
    oldest = f" ({len(found.live)} live, oldest {found.live[-1]})" if found.live else ""
    yield Line(f"Lake {found.lake}   release {found.release or 'none'}{oldest}   models {models or 'none yet'}")
    if not found.nights:
        yield Line("No night has run. Look through the lake: lookback check; then lookback night --date YYYY-MM-DD")
        return
    yield Line()
    yield from _table(found.nights[:most])
    if found.controls:
        low = min(found.controls, key=lambda name: (found.controls[name], name))
        blind = sorted(name for name, recall in found.controls.items() if recall <= 0)
        seen = f"none of {', '.join(blind)} seen" if blind else f"all {len(found.controls)} species seen"
        lowest = f"lowest: {low} {found.controls[low]:.2f}, mean of its nights {found.controls_mean[low]:.2f}"
        yield from columns([("controls", f"{seen} ({lowest})")], indent=0)
    if found.backlog and found.backlog.waiting:
        yield from columns([("backlog", found.backlog.sentence)], indent=0)
    for name, told, command in (("due", found.due, "maintain"), ("missing", found.missing, "upgrade")):
        if told:
            yield from columns([(name, f"{'; '.join(told)}: lookback {command}")], indent=0)


def _table(nights: "tuple[NightStatus, ...]") -> Iterator[Line]:
    """One line a night; below it the command that goes on, where one is needed."""
    cells = [HEAD, *(_cells(night) for night in nights)]
    widths = [max(len(row[place]) for row in cells) for place in range(len(HEAD))]
    for row, night in zip(cells, (None, *nights), strict=True):
        padded = [
            cell.rjust(wide) if place in (*NUMBERS, 7) else cell.ljust(wide)
            for place, (cell, wide) in enumerate(zip(row, widths, strict=True))
        ]
        style = "bold" if night is None else "red" if night.state == "failed" else ""
        yield Line("  ".join(padded).rstrip(), style)
        if night is not None and night.next:
            yield Line(f"{'':{widths[0]}}  -> {night.next}{_hint(night.state)}")


def _cells(night: "NightStatus") -> tuple[str, ...]:
    counts = (night.documents, night.new, night.rejected, night.pending)
    return (
        night.run_id,
        night.state,
        *("-" if count is None else f"{count:,}" for count in counts),
        "-" if night.took is None else duration(night.took),
        "-" if night.rate is None else f"{night.rate:.1f}",
        night.bound_by or "",
    )


def _hint(state: str) -> str:
    return "   (what is missing: lookback doctor)" if state == "failed" else ""
