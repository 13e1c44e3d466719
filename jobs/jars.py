"""Places Delta's five jars in Spark's own `jars` folder, once: `python -m jobs.jars`; with `s3`, three more.

Spark's bundled Ivy resolves them, so no Maven is needed, every session finds them with nothing to configure, and
executors and the Thrift server have them too. Resolving the package with its dependencies would bring 33 jars instead,
most of them older copies of what Spark already has. Those of the object store (690 MB) stand in a folder of their
own beside Spark's, which only a session with tables on `s3://` looks into.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path

DELTA, HADOOP, SDK, ACCELERATOR = "4.4.0", "3.5.0", "2.35.4", "1.3.1"


@dataclass(frozen=True)
class Jar:
    """One artifact of Maven's world, pinned to its bytes."""

    owner: str
    name: str
    version: str
    sha256: str

    @property
    def file(self) -> str:
        """What it is called in a folder."""
        return f"{self.name}-{self.version}.jar"


OF_DELTA = tuple(
    Jar("io.delta", name, DELTA, sha256)
    for name, sha256 in {
        "delta-spark_4.2_2.13": "27d4fd8b1f879535c573ed1c718177d6a27f24d3e626ba02e216369725721ead",
        "delta-storage": "c46735481fa8e326b0957be02b4420cbcab4b325bb08009b7f2045a95133f1cc",
        "delta-kernel-api": "ee9b5a14ac3b7efdff4d61a58478fe8eb0e5a3fbca43889dca7290795fe79a11",
        "delta-kernel-defaults": "225c975199e4718b38ee5b7e6da7f19e9585024262b2cec2656b32151a856b0b",
        "delta-kernel-unitycatalog": "cea22dfb4ac562b3cd27bf652697750e8336009d73fb06631363aaaad5345ffa",
    }.items()
)
OF_S3 = (
    Jar("org.apache.hadoop", "hadoop-aws", HADOOP, "66bd9eefb938b1a1657487324b63c13df2d8b17164a1dd24e0ef37b905bc5baa"),
    Jar("software.amazon.awssdk", "bundle", SDK, "db4b55f24ad1b4e70f17eb1717a4de76a8dadc5a27d764be7c44ff67b2c1c677"),
    Jar(  # never switched on here, and yet hadoop-aws opens no file without it
        "software.amazon.s3.analyticsaccelerator",
        "analyticsaccelerator-s3",
        ACCELERATOR,
        "4959a9747cbb479c73c3ffbcd479bee5b014f8b2880994585a8693fb9d24675e",
    ),
)
RESOLVE_SECONDS = 900  # Delta 3 s on a fast line, S3 15; Ivy itself waits for ever on a dead one
LAST_LINES = 8  # Ivy names what failed at its end, after a page of what it tried


class JarsNotPlaced(RuntimeError):
    """Jars could not be resolved, are not the pinned ones, or cannot be written."""


def main() -> int:
    """Place what is missing and say so on stderr; 0 when all stand, else 75: another try may succeed."""
    wanted, folder = (OF_S3, s3_jars()) if "s3" in sys.argv[1:] else (OF_DELTA, spark_jars())
    try:
        placed = place(folder, wanted)
    except JarsNotPlaced as problem:
        sys.stderr.write(f"{problem}\n")
        return 75
    if placed:
        sys.stderr.write(f"Placed {', '.join(placed)} in {folder}\n")
    return 0


def spark_jars() -> Path:
    """The `jars` folder of the Spark that this interpreter would import, found without importing it."""
    return Path(str(distribution("pyspark").locate_file("pyspark/jars")))


def s3_jars() -> Path:
    """Where the jars that read and write `s3a://` stand, or would stand."""
    return spark_jars().with_name("jars-s3")


def missing(folder: Path, wanted: tuple[Jar, ...] = OF_DELTA) -> list[str]:
    """Names of the jars that are absent from the folder, or not the pinned ones."""
    return [jar.name for jar in wanted if _sha256(folder / jar.file) != jar.sha256]


def absent(wanted: tuple[Jar, ...] = OF_DELTA) -> list[str]:
    """Names of the jars that Spark's JVM would not find from here, or not the pinned ones.

    What spark-submit started has what it was given. What this process would start looks beside the jars of SPARK_HOME's
    Spark, where one is named, and wherever `spark.jars` in its spark-defaults.conf says.
    """
    looked = tuple(jar for jar in wanted if not _given(jar.file))
    lacking = [set(missing(folder, looked)) for folder in _folders()]
    return [jar.name for jar in looked if all(jar.name in names for names in lacking)]


def unmade(file: str) -> list[str]:
    """The name of a jar that is made here, and so not pinned, where Spark's JVM would not find it."""
    return [] if stands(file) else [file.removesuffix(".jar")]


def stands(file: str) -> bool:
    """Whether Spark's JVM would find a jar from here, whatever its bytes: looking at 690 MB takes seconds."""
    return _given(file) or any((folder / file).is_file() for folder in _folders())


def _folders() -> tuple[Path, Path]:
    home = os.environ.get("SPARK_HOME")
    return Path(home, "jars") if home else spark_jars(), s3_jars()


def _given(file: str) -> bool:
    """Whether spark-submit started this, with what it was given, or `spark.jars` names the file."""
    home = os.environ.get("SPARK_HOME")
    defaults = Path(os.environ.get("SPARK_CONF_DIR") or f"{home}/conf", "spark-defaults.conf")
    named = defaults.read_text(encoding="utf-8") if home and defaults.is_file() else ""
    return "PYSPARK_GATEWAY_PORT" in os.environ or file in named


def place(folder: Path, wanted: tuple[Jar, ...] = OF_DELTA) -> list[str]:
    """Resolve, verify and move into the folder what is missing there; each jar appears whole or not at all."""
    names = missing(folder, wanted)
    if not names:
        return []
    jars = [jar for jar in wanted if jar.name in names]
    # Beside the jars, so that the last move is a rename within one file system.
    try:
        folder.mkdir(exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=".jars-", dir=folder.parent))
    except OSError as problem:
        raise JarsNotPlaced(
            f"{folder.parent}: not writable ({problem}); run set-up as this folder's owner."
        ) from problem
    try:
        _resolve(jars, folder, work)
        if broken := [jar.file for jar in jars if jar.name in missing(work, wanted)]:
            raise JarsNotPlaced(
                f"{', '.join(broken)}: not the pinned bytes, wanted the SHA-256 in jobs/jars.py. "
                f"Delete the Ivy cache (~/.ivy2/cache/{jars[0].owner}) and run set-up again."
            )
        for jar in jars:
            (work / jar.file).replace(folder / jar.file)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return names


def _resolve(wanted: list[Jar], folder: Path, work: Path) -> None:
    """Let Ivy bring the jars, and nothing they depend on, into the work folder."""
    ivy = work / "ivy.xml"
    ivy.write_text(_ivy_file(wanted), encoding="utf-8")
    pattern = f"{work}/[artifact]-[revision].[ext]"
    classes = f"{spark_jars()}{os.sep}*"
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
            f"Ivy could not bring {', '.join(jar.file for jar in wanted)} (exit {done.returncode}). "
            f"Check the network and retry, or copy the jars into {folder} by hand. Ivy's last lines:\n{last}"
        )


def _ivy_file(wanted: list[Jar]) -> str:
    """One Ivy module that asks for all jars in a single call, none of them with its dependencies."""
    rows = "".join(
        f'<dependency org="{jar.owner}" name="{jar.name}" rev="{jar.version}" transitive="false" '
        'conf="default->master"/>'
        for jar in wanted
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


def _sha256(path: Path) -> str | None:
    if not path.is_file():
        return None
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


if __name__ == "__main__":
    raise SystemExit(main())
