"""The command report: a night as one page."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from conf.errors import BadSettings
from jobs.cli.app import app
from jobs.cli.context import given, open_release
from jobs.cli.output import CONSOLE

if TYPE_CHECKING:
    from conf.settings import Settings
    from jobs.publishing.releases import Release
    from jobs.stories.released import Released


@app.command()
def report(
    context: typer.Context,
    out: Annotated[Path, typer.Argument(metavar="OUT.html", help="File to write; one that is there is replaced.")],
) -> None:
    """Write the newest night as one self-contained page: coverage, campaigns, accounts, time, versions."""
    from jobs.stories.released import SparkReleased

    settings = given(context).settings()
    tables, release = open_release(settings)
    write_report(SparkReleased(tables.spark), release, settings, out)
    CONSOLE.print(f"{out}: night {release.run_id}", markup=False, soft_wrap=True)


def write_report(released: "Released", release: "Release", settings: "Settings", out: Path) -> None:
    """Write the page of a release.

    Raises:
        BadSettings: the folder is not there.
    """
    from jobs.report.facts import gather
    from jobs.report.page import render

    if not out.parent.is_dir():
        raise BadSettings(f"{out}: there is no folder {out.parent}; make it, or name another file")
    page = render(gather(released, release), settings.what.monitor)
    out.write_text(page, encoding="utf-8")
