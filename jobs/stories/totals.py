"""Whether the system of record agrees with what came: the sentences that every page of a night says of it."""

from conf.wording import count
from jobs.stories.released import Released, rows_of

SHOWN = 5  # totals that differ and are named; the report's table and metrics have all


def totals_told(released: Released, run_id: str) -> list[str]:
    """The answer first, then each total that differs; nothing for a night that did not reconcile."""
    whole = rows_of(released, "metrics", "value", "n", run_id=run_id, measure="control_totals_agreeing")
    if not whole:
        return []
    agreeing, stated = int(whole[0]["value"]), int(whole[0]["n"])
    if not stated:
        return ["No independent total: no system of record says how many documents there should be (control_totals/)."]
    off = rows_of(released, "metrics", "segment", "value", "n", run_id=run_id, measure="control_total_off")
    told = [_told(row["segment"], int(row["n"]), int(row["n"] + row["value"])) for row in off]
    more = [f"and {len(told) - SHOWN:,} more: control_total_off in metrics"] if len(told) > SHOWN else []
    verb = "agrees" if agreeing == 1 else "agree"
    first = f"Control totals: {agreeing:,} of {count(stated, 'independent total')} {verb} with what came"
    return [first + (f", {len(told):,} not:" if told else "."), *told[:SHOWN], *more]


def _told(name: str, stated: int, came: int) -> str:
    if stated == came:
        return f"{name}: {stated:,} stated and as many came, but with other ids"
    return f"{name}: {stated:,} stated, {came:,} came"
