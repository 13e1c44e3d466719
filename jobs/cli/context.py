"""What every command is given: the settings, how to print, where a person waits."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from conf.errors import BadLake
from conf.loading import load_settings
from conf.settings import Settings
from jobs.object_store import telling
from jobs.s3a import tables_on_s3
from udfs.images.objects import open_bucket

if TYPE_CHECKING:
    from jobs.publishing.releases import Release
    from jobs.tables import Tables


@dataclass(frozen=True)
class Given:
    """The options that all commands take, and the list that keeps the settings made of them, newest last."""

    lake: str | None
    env: str
    overrides: tuple[str, ...]
    debug: bool
    loaded: list[Settings]

    def settings(self) -> Settings:
        """The settings, with --lake on top.

        Raises:
            BadSettings: with every path that is wrong.
        """
        return self.settings_of(None)

    def settings_of(self, lake: str | None, *more: str) -> Settings:
        """The settings over the lake that a command names as its argument, else that of --lake, and more overrides.

        Raises:
            BadSettings: with every path that is wrong.
        """
        place = lake or self.lake
        named = () if place is None else (f"how.places.lake={place!r}",)
        self.loaded.append(load_settings(self.env, overrides=(*self.overrides, *more, *named), environ=os.environ))
        return self.loaded[-1]


def given(context: typer.Context) -> Given:
    """The options of this call."""
    found = context.find_object(Given)
    if found is None:
        raise RuntimeError("the command line was called without its own options")
    return found


def open_tables(settings: Settings) -> "Tables":
    """The lake's tables, for reading."""
    from jobs.session import open_session
    from jobs.tables import Tables

    place = settings.tables  # asked first: where no lake is named, no JVM need start to say so
    return Tables(open_session(settings), place)


def has_table(settings: Settings, name: str) -> bool:
    """Whether a table is there, as far as its folder tells."""
    if not tables_on_s3(settings):
        return Path(settings.tables, name).is_dir()
    with telling(settings.tables):
        return open_bucket().holds(f"{settings.tables}/{name}")


def open_release(settings: Settings, *, whole: bool = True) -> "tuple[Tables, Release]":
    """The lake's tables with the released views opened in the session; `whole`: none of their files may be damaged.

    Raises:
        BadLake: nothing is released yet, or files of the release are damaged.
    """
    from jobs.publishing import intact
    from jobs.publishing.as_of import create_profile_as_of
    from jobs.publishing.releases import open_views, publications, published_by_steps, shown_now

    if not has_table(settings, "releases"):
        raise _unreleased(settings)  # known without a JVM
    intact.refuse(intact.damaged_logs(intact.logs_of(settings.tables)))
    tables = open_tables(settings)
    published = publications(tables)
    told = intact.recorded([*published_by_steps(tables), *(row.versions for row in published)])
    logs = intact.logs_of(settings.tables)  # again: a night may have been released while Spark started
    intact.refuse(intact.damaged_logs(logs, told))
    release = shown_now(published)
    if release is None:
        raise _unreleased(settings)
    if whole:
        intact.refuse(intact.damaged_files(logs, release.versions))
    open_views(tables, release)
    create_profile_as_of(tables.spark)
    return tables, release


def _unreleased(settings: Settings) -> BadLake:
    if "://" not in settings.lake and not Path(settings.lake).is_dir():
        return BadLake(f"{settings.lake}: there is no such folder. Name a lake with --lake, or make one: lookback demo")
    hint = f"lookback night --date YYYY-MM-DD --lake {settings.lake}"
    return BadLake(f"{settings.lake}: no night is released yet. Run one: {hint}")
