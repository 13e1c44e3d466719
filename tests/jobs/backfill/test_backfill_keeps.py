"""What a back-fill reads, and what readers see, is promised for longer before it writes: no Spark."""

from collections.abc import Mapping
from datetime import date
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from conf.settings import Settings
from jobs.backfill import running
from jobs.backfill.records import Backfill
from jobs.frozen import ChosenModel
from tests.fakes_risk import UNFROZEN

if TYPE_CHECKING:
    from jobs.tables import Tables

READ = {"observations": 3, "backfills": 9}
FROZEN = UNFROZEN.model_copy(update={"versions": READ})
MODEL = ChosenModel(version="2", path="", digest="")


@pytest.mark.parametrize("begun", [None, Backfill("backfill-aa.1", date(2026, 3, 1), "aa", "2", 7, FROZEN)])
def test_before_the_first_write_also_of_a_resume(
    begun: Backfill | None, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    acts: list[Any] = []

    def oldest(_tables: "Tables", _keep: int, frozen: Mapping[str, int]) -> Mapping[str, int]:
        return frozen | {"documents": 1}

    waiting = SimpleNamespace(waiting=lambda: SimpleNamespace(count=lambda: 7))
    fakes = {
        "inspect_task": lambda *_: None,
        "inspector_fingerprint": lambda _task: "aa",
        "refuse_other_shape": lambda _tables: None,
        "read_rows": lambda _tables: [],
        "open_backfill": lambda *_, **__: begun,
        "readable": lambda *_: True,
        "released": lambda _tables: SimpleNamespace(lineage=(), night=date(2026, 3, 1)),
        "told_by": lambda *_: [],
        "frozen_now": lambda *_, **__: FROZEN,
        "Archive": SimpleNamespace(of=lambda *_: waiting),
        "oldest_read": oldest,
        "keep_readable": lambda _tables, versions, days: acts.append((versions, days)),
    }
    for name, fake in fakes.items():
        monkeypatch.setattr(running, name, fake)
    monkeypatch.setattr(Backfill, "write", lambda _self, _tables, state, **_: acts.append(state))
    tables = SimpleNamespace(spark=SimpleNamespace(sparkContext=SimpleNamespace(defaultParallelism=2)))
    opened = running._opened(settings, cast("Tables", tables), MODEL, None)
    assert opened == Backfill("backfill-aa.1", date(2026, 3, 1), "aa", "2", 7, FROZEN)
    assert acts == [(READ | {"documents": 1}, 60), *([] if begun else ["opened"])]
