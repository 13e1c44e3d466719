"""What the layers promise, seen from outside: none of these starts Spark."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LAYERS = ("schemas", "conf", "udfs", "jobs", "airflow_dags")
# Written in pieces, so that this file does not find itself.
SUPPRESSIONS = re.compile(
    r"#\s*(" + "|".join(("no" + "qa", "type:" + r"\s*ignore", "pragma:" + r"\s*no", "ruff:", "mypy:", "pyright:")) + ")"
)
UNFINISHED = re.compile(r"\b(TO" + "DO|FIX" + "ME|XX" + r"X)\b|raise NotImplemented" + "Error")
LONGEST_FILE = 300
LONGEST_FUNCTION = 40


def sources(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def modules(folder: str) -> list[str]:
    names = (path.relative_to(ROOT).with_suffix("") for path in sources(folder))
    return sorted({".".join(name.parts).removesuffix(".__init__") for name in names})


def python(*arguments: str) -> str:
    """Run a fresh interpreter in the project and return what it printed."""
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return done.stdout


def imported(path: Path) -> set[str]:
    """The top-level names that a file imports anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Every function of a file with its length in lines, its docstring left out."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef):
            first = node.body[0]
            doc = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
            yield node.name, (node.end_lineno or 0) - (first.end_lineno or 0 if doc else node.lineno)


def test_no_checker_is_silenced_inline() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in sources(*LAYERS, "tests")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if SUPPRESSIONS.search(line)
    ]
    assert found == []


def test_nothing_is_left_unfinished() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in sources(*LAYERS, "tests")
        if (match := UNFINISHED.search(path.read_text(encoding="utf-8")))
    ]
    assert found == []


def test_no_module_shadows_the_standard_library() -> None:
    shadows = [path for path in sources(*LAYERS, "tests") if path.stem in sys.stdlib_module_names]
    assert shadows == []


def test_every_folder_of_modules_is_a_package() -> None:
    bare = {path.parent for path in sources(*LAYERS) if not (path.parent / "__init__.py").is_file()}
    assert bare == set()


def test_test_files_have_names_of_their_own() -> None:
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py")]
    assert sorted({name for name in names if names.count(name) > 1}) == []


def test_no_file_and_no_function_grows_past_its_limit() -> None:
    long = [str(path) for path in sources(*LAYERS) if len(path.read_text("utf-8").splitlines()) > LONGEST_FILE]
    long += [
        f"{path.relative_to(ROOT)}: {name} has {lines} lines"
        for path in sources(*LAYERS)
        for name, lines in functions(path)
        if lines > LONGEST_FUNCTION
    ]
    assert long == []


@pytest.mark.parametrize(
    ("folder", "besides"),
    [("schemas", {"schemas"}), ("conf", {"conf", "schemas", "pydantic", "yaml"})],
)
def test_light_layers_import_nothing_else(folder: str, besides: set[str]) -> None:
    foreign = {
        (path.name, name) for path in sources(folder) for name in imported(path) - sys.stdlib_module_names - besides
    }
    assert foreign == set()


def test_workers_code_loads_without_spark_and_without_the_extras() -> None:
    """Every module of udfs is imported where neither Spark nor S3's client nor the face reader can be."""
    absent = ("pyspark", "delta", "mlflow", "airflow", "boto3", "botocore", "dlib", "typer", "rich")
    script = (
        "import importlib, sys\n"
        f"sys.modules.update(dict.fromkeys({absent!r}))\n"
        f"for name in {modules('udfs')!r}: importlib.import_module(name)\n"
        f"print(sorted(name for name in {absent!r} if sys.modules.get(name)))"
    )
    assert python("-c", script).strip().endswith("[]")


def test_the_pipeline_loads_next_to_nothing() -> None:
    """What a DAG file imports: Airflow's machine has neither Spark nor torch."""
    heavy = ("pyspark", "torch", "numpy", "pandas", "pyarrow", "cv2", "mlflow", "delta")
    script = f"import sys, jobs.pipeline; print([name for name in {heavy!r} if name in sys.modules])"
    assert python("-c", script).strip() == "[]"


def test_collecting_the_tests_needs_neither_spark_nor_a_gpu() -> None:
    script = (
        "import os, sys, pytest\n"
        "os.environ |= {'JAVA_HOME': '/nowhere', 'SPARK_HOME': '/nowhere', 'CUDA_VISIBLE_DEVICES': ''}\n"
        "status = pytest.main(['--collect-only', '-q', '-p', 'no:cacheprovider'])\n"
        "spark, torch = sys.modules.get('pyspark'), sys.modules.get('torch')\n"
        "started = bool(spark and spark.SparkContext._gateway), bool(torch and torch.cuda.is_initialized())\n"
        "print('\\nSTARTED', status.value, *started)"
    )
    assert python("-c", script).strip().splitlines()[-1] == "STARTED 0 False False"
