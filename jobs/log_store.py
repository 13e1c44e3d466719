"""Makes the jar through which Delta commits on `s3://`, once: `python -m jobs.log_store`.

Its one class is compiled by Janino, which Spark brings for its own generated code, so that no JDK is needed.
"""

import os
import sys
import tempfile
import zipfile
from pathlib import Path

from py4j.java_gateway import GatewayParameters, JavaGateway, launch_gateway

from jobs.jars import s3_jars, spark_jars
from jobs.s3a import LOG_STORE_JAR

SOURCE = Path(__file__).with_name("ConditionalLogStore.java")


def main() -> int:
    """Make the jar and say so on stderr; the jars of s3a must stand."""
    place(s3_jars())
    sys.stderr.write(f"Made {s3_jars() / LOG_STORE_JAR}\n")
    return 0


def place(folder: Path) -> None:
    """Compile the class against Spark's jars and those of a folder, and put it there as a jar, whole or not at all."""
    jars = [str(jar) for near in (spark_jars(), folder) for jar in sorted(near.glob("*.jar"))]
    with tempfile.TemporaryDirectory(prefix=".classes-", dir=folder.parent) as work:
        _compile(jars, work)
        draft = Path(work) / LOG_STORE_JAR
        with zipfile.ZipFile(draft, "w") as packed:
            for found in sorted(Path(work).rglob("*.class")):
                packed.write(found, found.relative_to(work))
        draft.replace(folder / LOG_STORE_JAR)


def _compile(jars: list[str], work: str) -> None:
    port = launch_gateway(classpath=os.pathsep.join(jars), die_on_exit=True)
    gateway = JavaGateway(gateway_parameters=GatewayParameters(port=port))
    try:
        file = gateway.jvm.java.io.File
        compiler = gateway.jvm.org.codehaus.janino.Compiler()
        compiler.setClassPath(_array(gateway, jars))
        compiler.setDestinationDirectory(file(work), False)
        compiler.compile(_array(gateway, [str(SOURCE)]))
    finally:
        gateway.shutdown()


def _array(gateway: JavaGateway, paths: list[str]) -> object:
    """Paths as Java's File[]."""
    files = gateway.new_array(gateway.jvm.java.io.File, len(paths))
    for at, path in enumerate(paths):
        files[at] = gateway.jvm.java.io.File(path)
    return files


if __name__ == "__main__":
    raise SystemExit(main())
