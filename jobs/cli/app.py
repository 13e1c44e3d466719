"""The command `lookback`: its common options, and how errors become exit codes."""

import logging
import sys
import traceback
from importlib import import_module
from types import TracebackType
from typing import Annotated, Protocol

import typer
from typer.main import get_command

from conf.errors import JobError, first_line
from conf.settings import Settings
from jobs.cli.context import Given
from jobs.cli.output import print_error
from jobs.full_disk import told_of_full_disk

GROUPS = (
    "nights",
    "backfill",
    "tables",
    "stories",
    "check",
    "report",
    "demo",
    "look",
    "status",
    "doctor",
    "upkeep",
    "models",
    "evaluating",
    "calibration",
    "lakes",
)
COMMON = {"--lake": True, "--env": True, "--set": True, "--log": True, "--debug": False}
EPILOG = "Every command takes --lake, --env, --set key=value, --log and --debug, before or after its name."


def in_front(args: list[str]) -> list[str]:
    """The arguments, common options first; what follows a bare `--` stays, and one that lacks its value stands last."""
    front, rest, waiting = [], [], False
    for position, word in enumerate(args):
        if word == "--" and not waiting:
            rest += args[position:]
            break
        name = word.partition("=")[0]
        if waiting or name in COMMON:
            front.append(word)
            waiting = not waiting and COMMON.get(name, False) and "=" not in word
        else:
            rest.append(word)
    return front if waiting else front + rest


app = typer.Typer(
    name="lookback",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    epilog=EPILOG,
    help="Re-examines an archive of identity documents: inspects, links, scores, and publishes every night whole.",
)


@app.callback()
def common(
    context: typer.Context,
    lake: Annotated[str | None, typer.Option(help="Folder or s3:// prefix of the lake.")] = None,
    env: Annotated[str, typer.Option(help="local, cluster, or the path of a YAML file.")] = "local",
    overrides: Annotated[list[str] | None, typer.Option("--set", help="key=value over the settings.")] = None,
    log: Annotated[str, typer.Option(help="text or json, on stderr.")] = "text",
    *,
    debug: Annotated[bool, typer.Option("--debug", help="Show stack traces and more of the log.")] = False,
) -> None:
    """Keep what all commands share."""
    from jobs.cli.logs import set_up_logs

    set_up_logs(form=log, level=logging.DEBUG if debug else logging.WARNING)
    context.obj = Given(lake, env, tuple(overrides or ()), debug, context.ensure_object(list))


def _with_commands() -> None:
    """Load the files of commands, each of which adds its own."""
    for name in GROUPS:
        import_module(f"jobs.cli.{name}")


class Helpful(Protocol):
    """What has a help text."""

    epilog: str | None


def add_epilog(command: Helpful) -> None:
    """Say under a help text, and under those of its own commands, what all commands take."""
    command.epilog = EPILOG
    for inner in getattr(command, "commands", {}).values():
        add_epilog(inner)


def main(args: list[str] | None = None) -> None:
    """Run the command line and leave: 0 done, 65 final, 75 try again, 2 wrong usage, 1 unforeseen."""
    words = sys.argv[1:] if args is None else args
    if "--debug" not in words:
        sys.excepthook = _unforeseen
    _with_commands()
    loaded: list[Settings] = []
    try:
        command = get_command(app)
        add_epilog(command)
        command(in_front(words), prog_name="lookback", obj=loaded)
    except Exception as error:
        told = _told(error, loaded)
        if told is None:
            raise
        if "--debug" in words:
            traceback.print_exc()
        print_error(f"{type(told).__name__}: {told}")
        sys.exit(told.exit_code)


def _told(error: Exception, loaded: list[Settings]) -> JobError | None:
    """The error for a person: its own, or of a full disk, or of a file or a store that failed Spark."""
    if loaded and (full := told_of_full_disk(error, loaded[-1])):
        return full
    if isinstance(error, JobError):
        return error
    if "pyspark" not in sys.modules:
        return None  # what has not started Spark need not load it to fail
    from jobs.spark_errors import told_of_spark

    return told_of_spark(error)


def _unforeseen(kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
    """One line instead of a stack trace; Python leaves with 1 after it."""
    print_error(f"{kind.__name__}: {first_line(str(error))}\nThis was not foreseen; --debug shows where.")
