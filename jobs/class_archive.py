"""Makes the class archive that Spark's JVM starts from, once: `python -m jobs.class_archive`.

A session loads some twenty thousand classes, which takes half of its start. The JVM can keep them parsed in a file that
the next JVM maps (class data sharing). A JVM of another build ignores the file, and without it all works, later.
"""

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from conf.settings import Settings
from jobs.jars import spark_jars
from jobs.lease import Lease
from jobs.session import JVM, class_archive, open_session
from jobs.tables import Tables, digest_of

TABLE = "campaigns"  # any will do


def main() -> int:
    """Make the archive where it is missing; 0 also where the JVM makes none, since nothing needs it."""
    if class_archive().exists():
        return 0
    with tempfile.TemporaryDirectory(prefix=".classes-", dir=spark_jars().parent) as folder:
        draft = Path(folder) / "classes.jsa"
        use_spark(folder, f"-XX:ArchiveClassesAtExit={draft} -Xlog:disable")
        if not draft.exists():
            sys.stderr.write("The JVM made no class archive; each session starts some seconds later without it\n")
            return 0
        shutil.move(draft, class_archive())
    sys.stderr.write(f"Made {class_archive()}\n")
    return 0


def use_spark(lake: str, options: str) -> None:
    """Do once what every night does, so that its classes are loaded, and end the JVM."""
    conf = {"spark.driver.extraJavaOptions": f"{JVM} {options}"}
    settings = Settings.model_validate({"how": {"places": {"lake": lake}, "spark": {"conf": conf}}})
    spark = open_session(settings)
    with Lease(settings.tables, "set-up", settings.how.lease) as lease:
        tables = Tables(spark, settings.tables, lease=lease)
        tables.ensure((TABLE,))
        tables.append(TABLE, tables.empty(TABLE), "set-up")
        frame = tables.read(TABLE).where("run_id != ''").mapInPandas(lambda frames: frames, tables.type_of(TABLE))
        frame.groupBy("run_id").agg(digest_of(TABLE)).join(tables.read(TABLE, 0), "run_id").collect()
    gateway: Any = spark.sparkContext._gateway
    spark.stop()
    gateway.shutdown()
    gateway.proc.stdin.close()
    gateway.proc.wait()


if __name__ == "__main__":
    raise SystemExit(main())
