"""Commands that say why: document, account, campaign."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from jobs.cli.app import app
from jobs.cli.context import given, open_release
from jobs.cli.output import Format, print_rows
from jobs.cli.pages import Line, print_page

if TYPE_CHECKING:
    from jobs.stories.released import Released

Form = Annotated[Format, typer.Option("--format", help="table for people; json: one array of one object.")]


@app.command()
def document(
    context: typer.Context,
    doc: Annotated[str, typer.Argument(metavar="DOC", help="Id of a document.")],
    form: Form = Format.table,
    *,
    values: Annotated[bool, typer.Option("--values", help="Show what was read: personal data.")] = False,
) -> None:
    """Why a document is risky: evidence, contradictions, ties, campaign, history."""
    from jobs.cli.document_page import document_page
    from jobs.stories.documents import document_story

    tiers = given(context).settings().what.profile.tiers
    story = document_story(_released(context), doc, tiers, with_values=values)
    _show(asdict(story), document_page(story, given(context).lake), form)


@app.command()
def account(
    context: typer.Context,
    acc: Annotated[str, typer.Argument(metavar="ACC", help="Id of an account.")],
    form: Form = Format.table,
) -> None:
    """Why an account is risky: its parts, its life, since when it could have been known."""
    from jobs.cli.account_page import account_page
    from jobs.stories.accounts import account_story

    story = account_story(_released(context), acc)
    _show(asdict(story), account_page(story, given(context).lake), form)


@app.command()
def campaign(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="ID", help="Id of a campaign, as in C-3F9A.")],
    form: Form = Format.table,
) -> None:
    """Who is in a campaign, what holds it together, how it grew, whom it touches."""
    from jobs.cli.campaign_page import campaign_page
    from jobs.stories.campaigns import campaign_story

    story = campaign_story(_released(context), name)
    _show(asdict(story), campaign_page(story, given(context).lake), form)


def _released(context: typer.Context) -> "Released":
    """The released views."""
    from jobs.stories.released import SparkReleased

    tables, _ = open_release(given(context).settings())
    return SparkReleased(tables.spark)


def _show(facts: dict[str, Any], page: list[Line], form: Format) -> None:
    """All facts for machines, the page for people."""
    if form is Format.table:
        print_page(page)
    else:
        print_rows([facts], form)
