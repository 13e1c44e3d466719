"""What the pages say of the control totals; none of these starts Spark."""

from typing import Any

from jobs.stories.totals import totals_told
from tests.fakes_released import RUNS, world


def told(*measures: tuple[str, str, float, int]) -> str:
    released = world()
    rows: list[dict[str, Any]] = [
        {"run_id": RUNS[1], "measure": measure, "segment": segment, "value": value, "n": n}
        for measure, segment, value, n in measures
    ]
    released.tables["metrics"] = rows
    return " | ".join(totals_told(released, RUNS[1]))


def test_none_is_said_to_be_none() -> None:
    assert told(("control_totals_agreeing", "all", 0.0, 0)).startswith("No independent total: no system of record")
    assert told() == ""


def test_agreement_is_one_sentence() -> None:
    assert told(("control_totals_agreeing", "all", 7.0, 7)) == (
        "Control totals: 7 of 7 independent totals agree with what came."
    )


def test_each_difference_is_named_and_many_are_counted() -> None:
    off = [("control_total_off", f"day {at}", -2.0 if at else 0.0, 12) for at in range(7)]
    line = told(("control_totals_agreeing", "all", 1.0, 8), *off)
    assert line.startswith(
        "Control totals: 1 of 8 independent totals agrees with what came, 7 not: | "
        "day 0: 12 stated and as many came, but with other ids | day 1: 12 stated, 10 came | "
    )
    assert line.endswith("and 2 more: control_total_off in metrics")
