"""The command doctor: what keeps a night from running here, and how to mend it."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from conf.errors import BadSettings
from jobs.cli.app import app
from jobs.cli.context import Given, given, has_table, open_tables
from jobs.cli.output import Format, print_rows
from jobs.cli.pages import Line, columns, print_page

if TYPE_CHECKING:
    from jobs.health.doctor import Finding

MARKS = {"fail": "✗", "warn": "!", "pass": "✓"}
STYLES = {"fail": "red", "warn": "yellow", "pass": ""}
FINAL = 65


@app.command()
def doctor(
    context: typer.Context,
    *,
    everything: Annotated[bool, typer.Option("--all", help="Show what is in order, too.")] = False,
    deep: Annotated[bool, typer.Option("--deep", help="Read every row of the release and count it again.")] = False,
    form: Annotated[Format, typer.Option("--format", help="How to print.")] = Format.table,
) -> None:
    """What is wrong with machine, lake or settings, and the command that mends it; exit 0: a night can run."""
    from jobs.health.doctor import worst_first

    found = worst_first(findings(given(context), deep=deep))
    if form is Format.table:
        print_page(page(found, everything=everything))
    else:
        print_rows([asdict(finding) for finding in found], form, ("level", "name", "text", "mend"))
    if any(finding.level == "fail" for finding in found):
        raise typer.Exit(FINAL)


def findings(options: Given, *, deep: bool = False) -> "Iterator[Finding]":
    """Every check, cheap ones first; Spark starts only where it can, and where tables are."""
    from jobs.health.doctor import Finding
    from jobs.health.doctor_facts import (
        disk,
        lake_findings,
        log_findings,
        machine_findings,
        spill,
        table_findings,
    )

    of_machine = list(machine_findings())
    yield from of_machine
    try:
        settings = options.settings()
        _ = settings.lake, settings.tables, settings.models
    except BadSettings as error:
        yield Finding("fail", "settings", str(error), "lookback --help")
        return
    yield Finding("pass", "settings", f"valid, digest {settings.what.digest}")
    of_lake = list(lake_findings(settings))
    yield from of_lake
    if any(finding.name == "store" and finding.level == "fail" for finding in of_lake):
        return
    yield spill(settings)
    if not has_table(settings, "runs"):
        yield disk(settings)
        yield Finding("pass", "tables", "none yet: no night has run")
        return
    of_logs = list(log_findings(settings))
    yield from of_logs
    if any(finding.level == "fail" for finding in (*of_machine, *of_logs)):
        yield disk(settings)
        yield Finding("warn", "tables", "not looked at: Spark could not read them as they are", "mend the above first")
    else:
        yield from table_findings(settings, open_tables(settings), deep=deep)


def page(found: "list[Finding]", *, everything: bool) -> Iterator[Line]:
    """One line a finding, worst first."""
    for finding in found:
        if everything or finding.level != "pass":
            mend = f"   {finding.mend}" if finding.mend else ""
            row = (MARKS[finding.level], finding.name.ljust(9), f"{finding.text}.{mend}")
            yield from (Line(line.text, STYLES[finding.level]) for line in columns([row], indent=0))
    passed = sum(finding.level == "pass" for finding in found)
    if not everything and passed:
        yield Line(f"✓  {passed} more    lookback doctor --all")
