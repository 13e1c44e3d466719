"""The command specimens: a lake of documents of fictional issuers."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from conf.errors import BadLake
from jobs.cli.app import app
from jobs.cli.count_progress import counted
from jobs.cli.output import CONSOLE


@app.command()
def specimens(
    out: Annotated[Path, typer.Argument(help="Folder of the new lake; the truth goes to OUT-truth beside it.")],
    *,
    documents: Annotated[int, typer.Option(min=1, help="Good documents over all nights.")] = 160,
    seed: Annotated[int, typer.Option(min=0, help="Another seed, another lake; the same one, the same bytes.")] = 1,
    nights: Annotated[int, typer.Option(min=1, help="Nights that they arrive in.")] = 2,
    portraits: Annotated[
        Path | None, typer.Option(help="Folder of JPEG, PNG or WebP portraits, one a person; none: drawn faces.")
    ] = None,
) -> None:
    """Draw a lake of specimens with planted campaigns, and the truth about it outside."""
    from jobs import machine
    from udfs.specimens.lake import deliver, plan_lake
    from udfs.specimens.truth import truth_folder

    whole = out.absolute()
    taken = [place for place in (whole, truth_folder(whole)) if _is_used(place)]
    if taken:
        raise BadLake(f"{taken[0]}: is there already, and nothing is overwritten. Name another folder, or remove it")
    try:
        plan = plan_lake(documents, seed, nights=nights, portraits=portraits)
    except ValueError as error:
        raise BadLake(str(error)) from error
    with counted() as told:
        for night in range(nights):
            deliver(plan, whole, night, workers=machine.cores(), progress=partial(told, str(plan.night_date(night))))
    CONSOLE.print(
        f"{documents:,} documents in {out}, the truth about them in {truth_folder(whole)}", markup=False, soft_wrap=True
    )
    CONSOLE.print(f"Next: lookback night --lake {out} --date {plan.night_date(0)}", markup=False, soft_wrap=True)


def _is_used(place: Path) -> bool:
    """Whether a file, or a folder with something in it, is there."""
    return place.is_file() or (place.is_dir() and any(place.iterdir()))
