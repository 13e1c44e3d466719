"""What is wrong with this machine, lake or settings, and how to mend it: pure findings over collected facts."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from jobs.health.status import NightStatus
from jobs.lease import Holder

Level = Literal["fail", "warn", "pass"]
WORST_FIRST = ("fail", "warn", "pass")
JAVA, PYTHONS = 17, ((3, 11), (3, 12))
LEAST_FREE, LEAST_NIGHTS = 1 << 30, 7  # bytes without which nothing is begun; nights below which one is told
TOLD_FROM = 10_000_000  # bytes: less of a night says nothing of the nights to come
LEAST_MEMORY, EASY_MEMORY = 3 << 30, 6 << 30  # driver and one worker with its nets; two workers
GB = 1e9
SPARK_PORTS = (*range(4040, 4050), 6066, 7077, 8081, 10000, 18080)  # UI, REST, master, worker, Thrift, history
LISTENING, LOOPBACKS = "0A", ("0100007F", "0" * 24 + "01000000", "0" * 16 + "FFFF00000100007F")
VERSION = re.compile(r'version "(?:1\.)?(\d+)')


@dataclass(frozen=True)
class Finding:
    """One check: how bad, of what, what was found, and the command that mends it."""

    level: Level
    name: str
    text: str
    mend: str | None = None


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Findings by how bad they are, else in their order."""
    return sorted(findings, key=lambda finding: WORST_FIRST.index(finding.level))


def java_finding(said: str | None) -> Finding:
    """What `java -version` said; null where there is no Java."""
    found = VERSION.search(said or "")
    mend = "sudo apt-get install openjdk-17-jre-headless, or set JAVA_HOME to one"
    if found is None:
        return Finding("fail", "java", f"no Java found; Spark needs {JAVA}", mend)
    if int(found[1]) < JAVA:
        return Finding("fail", "java", f"Java {found[1]} found; Spark needs {JAVA}", mend)
    return Finding("pass", "java", f"Java {found[1]}")


def python_finding(version: tuple[int, int]) -> Finding:
    """The Python that runs this."""
    text = f"Python {version[0]}.{version[1]}"
    if version not in PYTHONS:
        return Finding("fail", "python", f"{text}; 3.11 or 3.12 is needed", "make setup with python3.11 on PATH")
    return Finding("pass", "python", text)


def jars_finding(missing: Sequence[str], of: str = "delta", mend: str = "make setup") -> Finding:
    """Delta's jars beside Spark's own, or those of s3a."""
    if missing:
        return Finding("fail", of, f"jars missing or not the pinned ones: {', '.join(missing)}", mend)
    return Finding("pass", of, "all jars in place")


def packages_finding(wanted: Mapping[str, str | None], found: Mapping[str, str | None]) -> Finding:
    """Packages by name: the pinned version that is wanted, if one is, and the one found, if any."""
    absent = sorted(name for name in wanted if found[name] is None)
    other = sorted(f"{name} {found[name]}, not {pin}" for name, pin in wanted.items() if pin and pin != found[name])
    other = [text for text in other if text.split(" ", 1)[0] not in absent]
    if absent or other:
        told = [f"missing: {', '.join(absent)}"] * bool(absent) + [f"another version: {'; '.join(other)}"] * bool(other)
        return Finding("fail", "packages", "; ".join(told), "make setup")
    return Finding("pass", "packages", f"{len(wanted)} packages in place")


def faiss_finding(there: bool) -> Finding:
    """The neighbour search, which comes with an extra."""
    if not there:
        return Finding(
            "fail", "faiss", "not installed; link searches neighbours with it", "pip install 'lookback[cpu]'"
        )
    return Finding("pass", "faiss", "in place")


def disk_finding(place: str, free: int, last_night: int | None) -> Finding:
    """Free bytes where the tables are, against those that the last night wrote."""
    text = f"tables on {place}: {free / GB:.1f} GB free"
    mend = "free space there, or move how.places.tables"
    if last_night and last_night >= TOLD_FROM:
        left = free // last_night
        text += f"; the last night wrote {last_night / GB:.2f} GB: {left:,} nights left"
        if left < LEAST_NIGHTS:
            return Finding("warn" if left else "fail", "disk", text, mend)
    return Finding("fail" if free < LEAST_FREE else "pass", "disk", text, mend if free < LEAST_FREE else None)


def machine_finding(cores: int, memory: int) -> Finding:
    """Cores and memory that this process may use."""
    text = f"{cores} cores, {memory / (1 << 30):.1f} GiB of memory"
    mend = "give it more memory, or --set how.spark.cores=1"
    if memory < LEAST_MEMORY:
        return Finding("fail", "machine", f"{text}; a night needs 3", mend)
    return Finding("warn" if memory < EASY_MEMORY else "pass", "machine", text, mend if memory < EASY_MEMORY else None)


def lake_finding(lake: str, manifests: int | None, error: str | None, *, feed: str | None = None) -> Finding:
    """Whether the lake can be listed, and its manifests; a change feed may be all of them."""
    if error is not None:
        return Finding("fail", "lake", f"{lake}: cannot be listed: {error}", "give --lake FOLDER, or mend its access")
    if not manifests and feed:
        return Finding("pass", "lake", f"{lake}: manifests by the change feed of {feed}")
    if not manifests:
        return Finding("fail", "lake", f"{lake}: no manifests", f"lookback check {lake}, or lookback specimens OUT")
    return Finding("pass", "lake", f"{lake}: {manifests:,} manifest files")


def lease_finding(holder: Holder | None, now: float) -> Finding:
    """Who writes to the lake; a dead holder's lease is taken over by itself."""
    if holder is None:
        return Finding("pass", "lease", "free")
    if holder.lives(now):
        text = f"held by {holder.token} for {holder.expires - now:.0f} s more"
        return Finding("fail", "lease", text, "wait for it, or --set how.lease.wait_seconds=600")
    return Finding("pass", "lease", f"left by {holder.token}, which is gone; the next night takes it over")


def nights_finding(nights: Sequence[NightStatus]) -> Finding:
    """Whether an attempt is open or failed, which keeps later nights from beginning."""
    last = {night.night: night for night in reversed(nights)}
    for night in sorted(last.values(), key=lambda night: night.night):
        if night.state in {"open", "failed"}:
            why = f": {night.bound_by}" if night.state == "failed" else ""
            return Finding(
                "warn", "nights", f"{night.run_id} is {night.state}{why}; no later night can begin", night.next
            )
    return Finding("pass", "nights", f"{len(nights)} attempts, none open")


def shape_finding(lacking: Sequence[str]) -> Finding:
    """What the tables lack that this version writes, as an earlier version left them."""
    if lacking:
        told = "; ".join(lacking[:3]) + (f"; and {len(lacking) - 3} more" if len(lacking) > 3 else "")
        return Finding("fail", "shape", f"an earlier version wrote the tables: {told}", "lookback upgrade")
    return Finding("pass", "shape", "tables are of this version's shape")


def coverage_finding(rows: Sequence[Mapping[str, Any]], run_id: str | None) -> Finding:
    """Where an attempt's manifest rows went, detector by detector."""
    places = ("scored", "rejected", "duplicate", "erased", "pending", "skipped")
    holes = {
        row["detector"]: row["manifest_rows"] - sum(row[place] for place in places)
        for row in rows
        if row["run_id"] == run_id
    }
    told = [f"{abs(gap):,} {'missing' if gap > 0 else 'twice'} in {name}" for name, gap in sorted(holes.items()) if gap]
    if told:
        return Finding("fail", "coverage", f"{run_id}: {'; '.join(told)}", "lookback night --date DATE --again")
    return Finding("pass", "coverage", f"{run_id}: every row accounted for" if holes else "nothing was counted yet")


def models_finding(name: str, folder: Path, broken: Sequence[str] | None) -> Finding:
    """A model folder and those of its files that are not what its manifest says; null where there is no folder."""
    mend = f"restore the folder, or lookback model promote {name} VERSION --as champion"
    if broken is None:
        return Finding("fail", name, f"{folder}: no model there", mend)
    if broken:
        return Finding("fail", name, f"{folder}: changed or missing: {', '.join(broken)}", mend)
    return Finding("pass", name, f"{folder}: every digest holds")


def network_finding(ports: Sequence[int], conf: Mapping[str, str]) -> Finding:
    """Spark's own ports, which have no password: whoever reaches a master runs code here."""
    mend = "bind to 127.0.0.1 (spark.driver.bindAddress, SPARK_MASTER_HOST), or close them in the firewall"
    if ports:
        told = ", ".join(map(str, ports))
        return Finding("warn", "network", f"Spark's ports are open to the network: {told}", mend)
    if conf.get("spark.ui.enabled") == "true" and conf.get("spark.authenticate") != "true":
        return Finding("warn", "network", "settings switch the Spark UI on, without spark.authenticate", mend)
    return Finding("pass", "network", "no port of Spark is open to the network")


def open_ports(sockets: str) -> list[int]:
    """Spark's ports that listen beyond this machine, from the text of /proc/net/tcp and tcp6."""
    found = set()
    for line in sockets.splitlines():
        words = line.split()
        if len(words) > 3 and words[3] == LISTENING:
            address, _, port = words[1].partition(":")
            if int(port, 16) in SPARK_PORTS and address not in LOOPBACKS:
                found.add(int(port, 16))
    return sorted(found)
