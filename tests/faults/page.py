"""The page of the faults, from the matrix and from how their tests ended: the same results give the same page."""

from collections.abc import Iterator, Mapping
from typing import Any

from tests.faults.matrix import FAULTS, NOT_SHOWN, Fault

Results = Mapping[str, Mapping[str, Any]]
HEAD = """# Faults of a normal month

What goes wrong sooner or later, how the tests make it happen, what is promised, and how the tests ended when they last
ran. `make faults` runs them and writes this page; nothing in it is written by hand. Every night that a test disturbs is
held against an undisturbed one by one audit ([tests/faults/audit.py](../tests/faults/audit.py)): equal digests of every
table, every manifest row in exactly one place, no row of an unpublished night in sight, no file missing.

## When it happens to you

Run the same command again: a night goes on where it was killed, and a finished one changes nothing. Exit 75 means that
it may help to try again, 65 that it will not before something is mended. `lookback doctor` says what stands in the way:

| doctor's check | what a fault left | what to do |
|---|---|---|
| nights | an open or failed night; no later one can begin | `lookback night --date D`; `--again`: a new attempt |
| resume | the open night began with other settings, code or models | restore them, or `--again` |
| lease | a lease of a driver that is gone | nothing: the next night takes it over |
| disk, spill | no room under the tables, or where Spark spills | make room, then the same command again |
| logs | an entry of a log emptied, cut or gone; a torn checkpoint | restore the file, or what doctor says |
| tables | data files of a release gone, or of another size | restore them; or `lookback release rollback` |
| contents (`--deep`) | rows that are not those published | restore the file that is named |
| left over | data files that no log names, of killed writers | nothing, or `lookback maintain` |

Logs and the sizes of data files are looked at before each night begins and before each command reads a release; the
checksums of data pages whenever a page is read. A file swapped for another one of exactly the same size is found by
`lookback doctor --deep` alone, and only in tables that a night replaces whole. After a rollback a night still needs the
damaged files of appended tables: they have to be restored before it can begin.

## What is shown
"""


def page(results: Results) -> str:
    """The whole page."""
    return "\n".join([HEAD, *_overview(results), "", *_sections(results), *_open()]) + "\n"


def _overview(results: Results) -> Iterator[str]:
    yield "| fault | what goes wrong | outcome | tests | seconds |"
    yield "|---|---|---|---|---|"
    for name, fault in FAULTS.items():
        mine = _of(results, name)
        seconds = sum(entry["seconds"] for entry in mine.values())
        yield f"| {name} | {fault.what} | {_outcome(mine)} | {len(mine)} | {seconds:.1f} |"


def _sections(results: Results) -> Iterator[str]:
    for name, fault in FAULTS.items():
        yield f"## {name}: {fault.what}"
        yield ""
        yield f"- Caused by: {fault.cause}."
        yield f"- Promised: {fault.promise}."
        yield ""
        for test, entry in sorted(_of(results, name).items()):
            where, _, what = test.partition("::")
            when = "" if entry["outcome"] == "not run" else f", {entry['seconds']:.1f} s ({_stamp(entry)})"
            yield f"  - {entry['outcome']}{when}: `{what}` in `{where}`"
        yield ""


def _open() -> Iterator[str]:
    yield "## Not shown by a test"
    yield ""
    for name, fault in NOT_SHOWN.items():
        yield f"- {name}: {_sentence(fault)}"


def _sentence(fault: Fault) -> str:
    return f"{fault.what} (would be caused by {fault.cause}; aimed at: {fault.promise})."


def _of(results: Results, name: str) -> dict[str, Mapping[str, Any]]:
    return {test: entry for test, entry in results.items() if name in entry["faults"]}


def _outcome(mine: Results) -> str:
    """The worst of a fault's tests, and how many of them did not run."""
    ended = [entry["outcome"] for entry in mine.values()]
    worst = next((word for word in ("failed", "skipped", "passed") if word in ended), "not run")
    waiting = ended.count("not run")
    return f"{worst}, {waiting} not run" if waiting and worst != "not run" else worst


def _stamp(entry: Mapping[str, Any]) -> str:
    return f"{entry['on']}, {entry['revision']}, {entry['machine']}"
