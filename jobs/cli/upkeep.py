"""Commands that keep a lake's tables small and of today's shape: maintain, upgrade."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from conf.errors import BadLake
from jobs.cli.app import app
from jobs.cli.context import given, has_table, open_release
from jobs.cli.output import CONSOLE, print_json
from jobs.cli.pages import Line, columns, print_page
from jobs.cli.progress import NightProgress

if TYPE_CHECKING:
    from jobs.upkeep.maintenance import Maintained

Json = Annotated[bool, typer.Option("--json", help="One JSON object.")]


@app.command()
def maintain(
    context: typer.Context,
    *,
    dry: Annotated[bool, typer.Option("--dry-run", help="Say what would be done; write nothing.")] = False,
    json: Json = False,
) -> None:
    """Merge small files, remove those that no live release needs; readers of live releases see what they saw."""
    from jobs.upkeep.maintenance import maintain as run

    settings = given(context).settings()
    open_release(settings)  # where nothing is released, nothing is to be maintained
    with NightProgress("maintain") as progress:
        done = run(settings, dry=dry, progress=progress)
    if json:
        print_json({"dry_run": dry, "tables": [asdict(one) for one in done]})
    elif done:
        print_page(page(done, dry=dry))
    else:
        CONSOLE.print("Nothing is due.", markup=False)


@app.command()
def upgrade(context: typer.Context) -> None:
    """Bring tables that an earlier version wrote up to date: new columns, new tables, wider rules."""
    from jobs.upkeep.upgrading import upgrade as run

    settings = given(context).settings()
    if not has_table(settings, "runs"):
        raise BadLake(f"{settings.lake}: no night has begun, so there is nothing to bring up to date")
    done = run(settings)
    print_page([Line(f"{gap.table} {gap.lacks}: mended") for gap in done] or [Line("Nothing is missing.")])


def page(done: "list[Maintained]", *, dry: bool) -> list[Line]:
    """What was done, table by table."""
    rows = []
    for one in done:
        before, after = one.files
        told = [f"{before:,} files merged into {after:,}"] if after < before else []
        told += [f"clustered by {one.cluster_by}"] if one.cluster_by else []
        told += [f"{one.removed:,} files that no live release needs removed"] if one.removed else []
        told += [f"replaced files stay {one.days} days from now on"] if one.days else []
        rows.append((one.table, "; ".join(told) or f"{before:,} files, as they were"))
    return [*([Line("Would be done:")] if dry else []), *columns(rows, indent=2 if dry else 0)]
