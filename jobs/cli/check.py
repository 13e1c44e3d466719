"""The command check: a lake held against the contract before its first night."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from conf.errors import BadLake, BadManifest, BadModel, BadSettings
from conf.settings import Settings
from conf.wording import count
from jobs.cli.app import app
from jobs.cli.context import given, has_table
from jobs.cli.count_progress import counted
from jobs.cli.output import Format, Row, print_rows
from jobs.cli.pages import Line, columns, print_page, sentence
from schemas.words import REJECTION_REASONS

if TYPE_CHECKING:
    from jobs.cli.estimate_page import Plan
    from jobs.health.lake_check import FileReport, History, LakeReport
    from udfs.task import InspectTask

FIELDS = ("what", "where", "outcome", "count", "detail")


@app.command()
def check(
    context: typer.Context,
    lake: Annotated[str | None, typer.Argument(help="Folder or s3:// prefix; else --lake.")] = None,
    *,
    sample: Annotated[int, typer.Option(min=0, help="Images to open.")] = 200,
    mapping: Annotated[str | None, typer.Option(help="How a foreign export is read: a name, or a YAML file.")] = None,
    nightly: Annotated[
        str | None, typer.Option(help="What a night is to inspect: contents, 5000, or hours, 22:00-06:00.")
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="How to print.")] = Format.table,
) -> None:
    """Hold a lake against the contract, open a sample of its images, estimate night, cost, backlog; writes nothing."""
    from jobs.cli.estimate_page import Plan
    from jobs.health.lake_check import check_lake

    named = () if mapping is None else (f"what.ingest.mapping={mapping}",)
    settings = given(context).settings_of(lake, *named)
    plan = Plan(settings.how.cost, nightly)
    try:
        place = settings.lake
    except BadSettings as error:
        raise BadLake("no lake is named; write lookback check FOLDER") from error
    with counted() as told:
        report = check_lake(settings, _task(settings), sample=sample, told=told, history=_history(settings))
    if form is Format.table:
        print_page(page(place, report, plan, mapping))
    else:
        print_rows(list(rows(report, plan)), form, FIELDS)
    if report.problems:
        raise BadManifest(
            f"{place}: {len(report.problems)} of {len(report.files)} files stop a night before it has written anything"
        )


def page(place: str, report: "LakeReport", plan: "Plan", mapping: str | None = None) -> Iterator[Line]:
    """What a person reads: counts, what is refused and why, images, the estimate, what to type next."""
    from jobs.cli.estimate_page import estimated
    from jobs.store import told_unread

    yield Line(f"Lake {place}")
    fresh = [file for file in report.files if not file.earlier]
    folders = dict.fromkeys(file.folder for file in fresh)
    counts = [_counts(folder, [file for file in fresh if file.folder == folder]) for folder in folders]
    yield from columns([("folder", "  files", "   rows", "  taken", "refused"), *counts], indent=0)
    if report.feed:
        yield from sentence(f"Rows of the change feed {report.feed} are not counted: a night reads it.", 0)
    if len(fresh) < len(report.files):
        yield Line(f"Not counted: {count(len(report.files) - len(fresh), 'file')} that earlier nights took in.")
    for file in fresh:
        yield from _about(file)
    if report.unread:
        yield from sentence(told_unread(report.unread))
    images = report.images
    formats = ", ".join(f"{number:,} {name}" for name, number in sorted(images.formats.items()))
    if images.looked or not report.history.taken:
        rejected = f"{images.refused.total():,} would be rejected"
        yield Line(f"{images.looked:,} images opened: {formats or 'none sound'}; {rejected}")
    yield from columns(_reasons(images.refused, images.first))
    for told in estimated(report, plan):
        yield from sentence(told, 0)
    read = f" --set ingest.mapping={mapping}" if mapping else ""
    night = f"Next: lookback night --date YYYY-MM-DD --lake {place}{read}"
    yield Line(night if not report.problems else "No night can run.")


def rows(report: "LakeReport", plan: "Plan") -> Iterator[Row]:
    """The same for machines: one object a count."""
    from jobs.cli.estimate_page import estimated

    for file in report.files:
        outcome = "taken before" if file.earlier else "taken"
        yield dict(zip(FIELDS, ("file", file.uri, outcome, file.taken, file.problem), strict=True))
        for row in file.shown:
            yield dict(zip(FIELDS, ("row", file.uri, "read", 1, json.dumps(row)), strict=True))
        for name in file.ignored:
            yield dict(zip(FIELDS, ("column", file.uri, "ignored", 1, name), strict=True))
        for name, codes in file.unnamed.items():
            detail = f"{name}: {', '.join(codes)}"
            yield dict(zip(FIELDS, ("column", file.uri, "without a word", len(codes), detail), strict=True))
        for reason, number in sorted(file.refused.items()):
            yield dict(zip(FIELDS, ("row", file.uri, reason, number, file.first[reason]), strict=True))
    for uri in report.unread:
        yield dict(zip(FIELDS, ("file", uri, "not read", 0, None), strict=True))
    for name, number in sorted(report.images.formats.items()):
        yield dict(zip(FIELDS, ("image", None, "sound", number, name), strict=True))
    for reason, number in sorted(report.images.refused.items()):
        yield dict(zip(FIELDS, ("image", None, reason, number, report.images.first[reason]), strict=True))
    if report.estimate is not None:
        detail = f"seconds, {' '.join(estimated(report, plan))}"
        yield dict(zip(FIELDS, ("night", None, "estimate", round(report.estimate.seconds), detail), strict=True))


def _counts(folder: str, files: "list[FileReport]") -> tuple[str, ...]:
    whole = (len(files), sum(f.rows for f in files), sum(f.taken for f in files), sum(f.refused.total() for f in files))
    return folder, *(f"{number:>7,}" for number in whole)


def _about(file: "FileReport") -> Iterator[Line]:
    if file.problem:
        yield from sentence(f"stops a night: {file.problem}", style="red")
    for row in file.shown:
        yield Line(f"{file.uri}, as it would be read into {file.folder}:")
        yield from columns(list(row.items()), indent=4)
    if file.ignored:
        yield from sentence(f"{file.uri}: ignored, because not in the contract: {', '.join(file.ignored)}")
    for name, codes in file.unnamed.items():
        yield from sentence(f"{file.uri}: codes of {name} without a word: {', '.join(codes)}")
    if file.refused:
        yield from sentence(f"{file.uri}:")
        yield from columns(_reasons(file.refused, file.first), indent=4)


def _reasons(refused: Counter[str], first: dict[str, str]) -> list[tuple[str, ...]]:
    return [
        (reason, f"{count:,}", f"{REJECTION_REASONS[reason]}; first: {first[reason]}")
        for reason, count in sorted(refused.items())
    ]


def _task(settings: Settings) -> "InspectTask | None":
    """How the sample is inspected: by the shipped inspector, because opening a registry may write."""
    from jobs.inspect_task import inspect_task
    from jobs.models.folders import shipped_models

    try:
        return inspect_task(settings, shipped_models())
    except BadModel:
        return None


def _history(settings: Settings) -> "History":
    """What earlier nights took and left; a session is opened only where a night has been."""
    from jobs.health.lake_check import UNTOUCHED

    if not has_table(settings, "releases"):
        return UNTOUCHED
    from jobs.health.lake_history import history_of

    return history_of(settings)
