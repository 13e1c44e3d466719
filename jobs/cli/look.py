"""The command look: loose images, inspected and judged here and now, without Spark."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from conf.errors import BadLake
from conf.settings import Settings
from jobs.cli.app import app
from jobs.cli.context import given
from jobs.cli.count_progress import counted
from jobs.cli.output import print_json
from jobs.cli.pages import Line, columns, print_page, sentence
from schemas.words import EVIDENCE_FAMILIES, REJECTION_REASONS

if TYPE_CHECKING:
    from udfs.look import Judge
    from udfs.task import InspectTask

Answer = Mapping[str, Any]
NAMED = ("surname", "given_names", "full_name", "number", "birth_date", "expiry_date", "nationality")


@app.command()
def look(
    context: typer.Context,
    places: Annotated[list[Path], typer.Argument(metavar="FILE_OR_FOLDER...", help="Images, or folders of images.")],
    *,
    json: Annotated[bool, typer.Option("--json", help="One line of JSON a file.")] = False,
    maps: Annotated[Path | None, typer.Option(help="Folder for a picture of each forensic map.")] = None,
    vectors: Annotated[bool, typer.Option("--vectors", help="Add the vectors, with --json.")] = False,
) -> None:
    """Inspect loose images with the champion, no Spark; what cannot be opened is an answer too."""
    from udfs.look import SUFFIXES, files_in, look_line, observe

    files = files_in(places)
    if not files:
        raise BadLake(
            f"{', '.join(map(str, places))}: no {', '.join(SUFFIXES)} in it. Name a page of a PDF: a.pdf#page=1"
        )
    settings = given(context).settings()
    task, judge = open_models(settings)
    with counted() as told:
        for number, (path, row) in enumerate(observe(files, task), start=1):
            answer = dict(look_line(path, row, judge))
            if vectors and row["status"] == "seen":
                answer["vectors"] = {vector["kind"]: vector["vector"] for vector in row["vectors"] or ()}
            if maps is not None and row["status"] == "seen":
                from jobs.map_overlay import write_overlay

                answer["map"] = str(write_overlay(path, row, maps, task.settings.limits))
            told("looking", number, len(files))
            if json:
                print_json(answer)
            else:
                print_page(page(answer))


def open_models(settings: Settings) -> "tuple[InspectTask, Judge]":
    """The inspector and scorer at hand: the lake's champions, else the shipped ones.

    Raises:
        BadModel: there are none, or they were changed.
    """
    from jobs.inspect_task import inspect_task
    from jobs.models.folders import models_at_hand
    from udfs.look import Judge
    from udfs.scorer import open_scorer

    models = models_at_hand(settings)
    rooted = settings if settings.how.places.lake else _over_root(settings)
    scorer = open_scorer(Path(models["scorer"]["champion"].path))
    return inspect_task(rooted, models), Judge(scorer, settings.what.score)


def page(answer: Answer) -> Iterator[Line]:
    """What a person reads of one file: the answer, then why."""
    if answer["status"] == "rejected":
        detail = f" ({answer['detail']})" if answer.get("detail") else ""
        yield Line(f"{answer['file']}  rejected, {answer['reason']}: {REJECTION_REASONS[answer['reason']]}{detail}")
        return
    risk = answer["risk"]
    yield Line(f"{answer['file']}  {'not judged' if risk is None else f'risk {risk:.2f}'}", "bold")
    for reason in answer["reasons"]:
        yield from sentence(str(reason))
    for found in answer["contradictions"]:
        yield from sentence(f"contradiction: {found['detail']}")
    yield from columns(_facts(answer))


def _facts(answer: Answer) -> list[tuple[str, str]]:
    """What stands behind the answer: evidence, the card, what was read."""
    evidence, card, mrz = answer["evidence"], answer["card"], answer["mrz"]
    said = [f"{name} {evidence[name]:.2f}" for name in EVIDENCE_FAMILIES if evidence[name] is not None]
    rows = [("evidence", ", ".join(said) or "none"), ("abstained", ", ".join(answer["abstained"]) or "none")]
    if card:
        rows.append(("card", f"{card['width_px']:.0f} px wide" if card["found"] else "no edge found"))
    if mrz:
        failing = [name for name, holds in (mrz["checks"] or {}).items() if holds is False]
        rows.append(
            ("MRZ", f"{mrz['format']}, " + (f"wrong: {', '.join(failing)}" if failing else "check digits hold"))
        )
    read = [f"{name} {answer['fields'][name]['value']}" for name in NAMED if name in answer["fields"]]
    rows.append(("read", ", ".join(read) or "nothing"))
    if "map" in answer:
        rows.append(("map", answer["map"]))
    return rows


def _over_root(settings: Settings) -> Settings:
    """Settings that name a lake where none is needed: loose files are found by their own paths."""
    places = settings.how.places.model_copy(update={"lake": "/"})
    return settings.model_copy(update={"how": settings.how.model_copy(update={"places": places})})
