"""Places Delta's five jars in Spark's own `jars` folder, once: `python -m jobs.jars`.

Spark's bundled Ivy resolves them, so no Maven is needed, every session finds them with nothing to configure, and
executors and the Thrift server have them too. Resolving the package with its dependencies would bring 33 jars instead,
most of them older copies of what Spark already has.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import distribution
from pathlib import Path

DELTA = "4.4.0"
SHA256 = {
    "delta-spark_4.2_2.13": "27d4fd8b1f879535c573ed1c718177d6a27f24d3e626ba02e216369725721ead",
    "delta-storage": "c46735481fa8e326b0957be02b4420cbcab4b325bb08009b7f2045a95133f1cc",
    "delta-kernel-api": "ee9b5a14ac3b7efdff4d61a58478fe8eb0e5a3fbca43889dca7290795fe79a11",
    "delta-kernel-defaults": "225c975199e4718b38ee5b7e6da7f19e9585024262b2cec2656b32151a856b0b",
    "delta-kernel-unitycatalog": "cea22dfb4ac562b3cd27bf652697750e8336009d73fb06631363aaaad5345ffa",
}
RESOLVE_SECONDS = 300  # 3 s on a fast line; Ivy itself waits for ever on a dead one
LAST_LINES = 8  # Ivy names what failed at its end, after a page of what it tried


class JarsNotPlaced(RuntimeError):
    """Delta's jars could not be resolved, are not the pinned ones, or cannot be written."""


def main() -> int:
    """Place what is missing and say so on stderr; 0 when all five stand, else 75: another try may succeed."""
    try:
        placed = place(spark_jars())
    except JarsNotPlaced as problem:
        sys.stderr.write(f"{problem}\n")
        return 75
    if placed:
        sys.stderr.write(f"Placed {len(placed)} Delta {DELTA} jars in {spark_jars()}\n")
    return 0


def spark_jars() -> Path:
    """The `jars` folder of the Spark that this interpreter would import, found without importing it."""
    return Path(str(distribution("pyspark").locate_file("pyspark/jars")))


def missing(folder: Path) -> list[str]:
    """The artifacts whose jar is absent from the folder, or is not the pinned one."""
    return [artifact for artifact, digest in SHA256.items() if _sha256(folder / _file(artifact)) != digest]


def place(folder: Path) -> list[str]:
    """Resolve, verify and move into the folder what is missing there; each jar appears whole or not at all."""
    wanted = missing(folder)
    if not wanted:
        return []
    # Beside the jars, so that the last move is a rename within one file system.
    try:
        work = Path(tempfile.mkdtemp(prefix=".delta-", dir=folder.parent))
    except OSError as problem:
        raise JarsNotPlaced(
            f"{folder.parent}: not writable ({problem}); run set-up as this folder's owner."
        ) from problem
    try:
        _resolve(wanted, folder, work)
        if broken := [artifact for artifact in wanted if artifact in missing(work)]:
            raise JarsNotPlaced(
                f"{', '.join(map(_file, broken))}: not the pinned bytes, wanted the SHA-256 in jobs/jars.py. "
                f"Delete the Ivy cache (~/.ivy2/cache/io.delta) and run set-up again."
            )
        for artifact in wanted:
            (work / _file(artifact)).replace(folder / _file(artifact))
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return wanted


def _resolve(artifacts: list[str], jars: Path, work: Path) -> None:
    """Let Ivy bring the artifacts, and nothing they depend on, into the work folder."""
    ivy = work / "ivy.xml"
    ivy.write_text(_ivy_file(artifacts), encoding="utf-8")
    pattern = f"{work}/[artifact]-[revision].[ext]"
    classes = f"{jars}{os.sep}*"
    command = [_java(), "-cp", classes, "org.apache.ivy.Main", "-ivy", str(ivy), "-retrieve", pattern, "-types", "jar"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=RESOLVE_SECONDS, check=False)
    except subprocess.TimeoutExpired as problem:
        raise JarsNotPlaced(
            f"Ivy brought no jars within {RESOLVE_SECONDS} s; check the network and retry."
        ) from problem
    if done.returncode:
        last = "\n".join(f"    {line}" for line in (done.stdout + done.stderr).strip().splitlines()[-LAST_LINES:])
        raise JarsNotPlaced(
            f"io.delta {DELTA}: Ivy could not bring {', '.join(artifacts)} (exit {done.returncode}). "
            f"Check the network and retry, or copy the jars into {jars} by hand. Ivy's last lines:\n{last}"
        )


def _ivy_file(artifacts: list[str]) -> str:
    """One Ivy module that asks for all artifacts in a single call, none of them with its dependencies."""
    rows = "".join(
        f'<dependency org="io.delta" name="{artifact}" rev="{DELTA}" transitive="false" conf="default->master"/>'
        for artifact in artifacts
    )
    return (
        '<ivy-module version="2.0"><info organisation="lookback" module="jars"/>'
        f'<configurations><conf name="default"/></configurations><dependencies>{rows}</dependencies></ivy-module>'
    )


def _java() -> str:
    """The Java that Spark itself would start."""
    home = os.environ.get("JAVA_HOME")
    java = f"{home}/bin/java" if home else shutil.which("java")
    if java is None or not Path(java).is_file():
        raise JarsNotPlaced(f"{java or 'java'}: not found; install Java 17, or set JAVA_HOME to it.")
    return java


def _file(artifact: str) -> str:
    return f"{artifact}-{DELTA}.jar"


def _sha256(path: Path) -> str | None:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None


if __name__ == "__main__":
    raise SystemExit(main())
