"""The command demo: specimens, two nights, what they found."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jobs.cli.app import app
from jobs.cli.context import given, open_release
from jobs.cli.pages import print_page
from jobs.cli.progress import NightProgress

if TYPE_CHECKING:
    from conf.settings import Settings

LAKE = ".lake"
REPORT = "report.html"


@app.command()
def demo(
    context: typer.Context,
    documents: Annotated[int, typer.Option(min=24, help="Specimen documents over both nights.")] = 160,
    seed: Annotated[int, typer.Option(help="Another seed, another lake.")] = 1,
) -> None:
    """Write a lake of specimens (default .lake), run two nights, and tell what they found."""
    from jobs.demo import run_demo

    lake = given(context).lake or LAKE
    settings = given(context).settings_of(lake)
    run_demo(settings, documents=documents, seed=seed, watch=NightProgress)
    _close(settings, lake)


def _close(settings: "Settings", lake: str) -> None:
    """Print the last page, and write the night's."""
    from jobs.cli.closing_page import closing_page, truth_line
    from jobs.cli.report import write_report
    from jobs.demo_lake import read_truth
    from jobs.stories.closing import closing
    from jobs.stories.released import SparkReleased, rows_of

    tables, release = open_release(settings)
    released = SparkReleased(tables.spark)
    out = Path(lake) / REPORT
    with ThreadPoolExecutor(1) as pool:  # both wait for small queries, so they wait together
        report = pool.submit(write_report, released, release, settings, out)
        end = closing(released, release)
        truth = read_truth(Path(lake))
        tied = rows_of(released, "clusters", "campaign_id", doc_id=truth.doc_id)
        members = rows_of(released, "clusters", "doc_id", campaign_id=[row["campaign_id"] for row in tied])
    report.result()
    line = truth_line(end, truth, frozenset(row["doc_id"] for row in members))
    print_page(closing_page(end, line, str(out), lake))
