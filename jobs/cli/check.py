"""The command check: a lake held against the contract before its first night."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from conf.errors import BadLake, BadManifest, BadModel, BadSettings
from conf.settings import Settings
from jobs.cli.app import app
from jobs.cli.context import given
from jobs.cli.count_progress import counted
from jobs.cli.output import Format, Row, print_rows
from jobs.cli.pages import Line, columns, print_page, sentence
from schemas.words import REJECTION_REASONS

if TYPE_CHECKING:
    from jobs.health.lake_check import FileReport, LakeReport
    from jobs.health.night_estimate import Estimate
    from udfs.task import InspectTask

FIELDS = ("what", "where", "outcome", "count", "detail")


@app.command()
def check(
    context: typer.Context,
    lake: Annotated[str | None, typer.Argument(help="Folder or s3:// prefix; else --lake.")] = None,
    *,
    sample: Annotated[int, typer.Option(min=0, help="Images to open.")] = 200,
    mapping: Annotated[str | None, typer.Option(help="How a foreign export is read: a name, or a YAML file.")] = None,
    form: Annotated[Format, typer.Option("--format", help="How to print.")] = Format.table,
) -> None:
    """Hold a lake against the contract, open a sample of its images, estimate a night; writes nothing."""
    from jobs.health.lake_check import check_lake

    named = () if mapping is None else (f"what.ingest.mapping={mapping}",)
    settings = given(context).settings_of(lake, *named)
    try:
        place = settings.lake
    except BadSettings as error:
        raise BadLake("no lake is named; write lookback check FOLDER") from error
    with counted() as told:
        report = check_lake(settings, _task(settings), sample=sample, told=told)
    if form is Format.table:
        print_page(page(place, report, mapping))
    else:
        print_rows(list(rows(report)), form, FIELDS)
    if report.problems:
        raise BadManifest(
            f"{place}: {len(report.problems)} of {len(report.files)} files stop a night before it has written anything"
        )


def page(place: str, report: "LakeReport", mapping: str | None = None) -> Iterator[Line]:
    """What a person reads: counts, what is refused and why, images, the estimate, what to type next."""
    yield Line(f"Lake {place}")
    folders = dict.fromkeys(file.folder for file in report.files)
    counts = [_counts(folder, [file for file in report.files if file.folder == folder]) for folder in folders]
    yield from columns([("folder", "  files", "   rows", "  taken", "refused"), *counts], indent=0)
    for file in report.files:
        yield from _about(file)
    images = report.images
    formats = ", ".join(f"{count:,} {name}" for name, count in sorted(images.formats.items()))
    yield Line(
        f"{images.looked:,} images opened: {formats or 'none sound'}; {images.refused.total():,} would be rejected"
    )
    yield from columns(_reasons(images.refused, images.first))
    yield Line(_estimated(report.estimate))
    yield Line("All files are counted as if no night had been; a night takes those that are new.")
    read = f" --set ingest.mapping={mapping}" if mapping else ""
    night = f"Next: lookback night --date YYYY-MM-DD --lake {place}{read}"
    yield Line(night if not report.problems else "No night can run.")


def rows(report: "LakeReport") -> Iterator[Row]:
    """The same for machines: one object a count."""
    for file in report.files:
        yield dict(zip(FIELDS, ("file", file.uri, "taken", file.taken, file.problem), strict=True))
        for row in file.shown:
            yield dict(zip(FIELDS, ("row", file.uri, "read", 1, json.dumps(row)), strict=True))
        for name in file.ignored:
            yield dict(zip(FIELDS, ("column", file.uri, "ignored", 1, name), strict=True))
        for reason, count in sorted(file.refused.items()):
            yield dict(zip(FIELDS, ("row", file.uri, reason, count, file.first[reason]), strict=True))
    for name, count in sorted(report.images.formats.items()):
        yield dict(zip(FIELDS, ("image", None, "sound", count, name), strict=True))
    for reason, count in sorted(report.images.refused.items()):
        yield dict(zip(FIELDS, ("image", None, reason, count, report.images.first[reason]), strict=True))
    if report.estimate is not None:
        detail = f"seconds, {_estimated(report.estimate)}"
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
    if file.refused:
        yield from sentence(f"{file.uri}:")
        yield from columns(_reasons(file.refused, file.first), indent=4)


def _reasons(refused: Counter[str], first: dict[str, str]) -> list[tuple[str, ...]]:
    return [
        (reason, f"{count:,}", f"{REJECTION_REASONS[reason]}; first: {first[reason]}")
        for reason, count in sorted(refused.items())
    ]


def _estimated(estimate: "Estimate | None") -> str:
    if estimate is None or not estimate.measured_on:
        return "A night is not estimated: that needs an inspector and two sound images."
    minutes, seconds = divmod(round(estimate.seconds), 60)
    return (
        f"Inspecting {estimate.documents:,} documents takes about {minutes:,} min {seconds} s on {estimate.cores} "
        f"cores ({estimate.seconds_each:.2f} s each, measured on {estimate.measured_on}); links and scores come on top."
    )


def _task(settings: Settings) -> "InspectTask | None":
    """How the sample is inspected: by the shipped inspector, because opening a registry may write."""
    from jobs.inspect_task import inspect_task
    from jobs.models.folders import shipped_models

    try:
        return inspect_task(settings, shipped_models())
    except BadModel:
        return None
