"""The nightly DAG is the pipeline, and parsing it is light; Airflow itself is replaced by what the DAG touches."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from jobs.pipeline import PIPELINE, edges

ROOT = Path(__file__).resolve().parents[2]
STUB = """
import json, sys, types

def module(name, **names):
    made = types.ModuleType(name)
    made.__dict__.update(names)
    sys.modules[name] = made

class AirflowException(Exception): pass
class AirflowFailException(AirflowException): pass
class Param:
    def __init__(self, default, **rules): self.default, self.rules = default, rules
class DAG:
    open = []
    def __init__(self, dag_id, **given): self.dag_id, self.given, self.tasks, self.edges = dag_id, given, {}, []
    def __enter__(self): DAG.open.append(self); return self
    def __exit__(self, *_): DAG.open.pop()
class SparkSubmitOperator:
    ends = None
    def __init__(self, *, task_id, **given):
        self.task_id, self.given, self.dag = task_id, given, DAG.open[-1] if DAG.open else None
        if self.dag: self.dag.tasks[task_id] = self
    def __rshift__(self, other): self.dag.edges.append((self.task_id, other.task_id)); return other
    def execute(self, context):
        if self.ends is not None: raise AirflowException(f"Cannot execute: spark-submit. Error code is: {self.ends}.")
module("airflow")
module("airflow.sdk", DAG=DAG, Param=Param)
module("airflow.sdk.exceptions", AirflowException=AirflowException, AirflowFailException=AirflowFailException)
for name in ("airflow.providers", "airflow.providers.apache", "airflow.providers.apache.spark",
             "airflow.providers.apache.spark.operators"):
    module(name)
module("airflow.providers.apache.spark.operators.spark_submit", SparkSubmitOperator=SparkSubmitOperator)
"""


def ask(script: str) -> object:
    """Run a script beside the stubbed Airflow in a fresh interpreter; it prints JSON last."""
    done = subprocess.run(
        [sys.executable, "-c", STUB + script], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def nightly() -> dict[str, object]:
    found = ask(
        "from airflow_dags.nightly import dag\n"
        "heavy = [n for n in ('pyspark', 'torch', 'numpy', 'pandas', 'mlflow', 'typer') if n in sys.modules]\n"
        "print(json.dumps({'id': dag.dag_id, 'edges': dag.edges, 'heavy': heavy,\n"
        "  'runs': dag.given['max_active_runs'], 'params': sorted(dag.given['params']),\n"
        "  'tasks': {n: t.given for n, t in dag.tasks.items()}}))\n"
    )
    assert isinstance(found, dict)
    return found


def test_tasks_and_edges_are_those_of_the_pipeline(nightly: dict) -> None:
    assert list(nightly["tasks"]) == [step.name for step in PIPELINE]
    assert {tuple(edge) for edge in nightly["edges"]} == set(edges(PIPELINE))


def test_every_task_runs_its_step_on_an_explicit_date(nightly: dict) -> None:
    for step in PIPELINE:
        given = nightly["tasks"][step.name]
        assert given["application_args"][:3] == ["run", step.name, "--date"]
        assert "params.date" in given["application_args"][3]
        assert Path(given["application"]).is_file()
    assert nightly["params"] == ["date"]


def test_one_night_at_a_time(nightly: dict) -> None:
    assert (nightly["id"], nightly["runs"]) == ("lookback_nightly", 1)


def test_parsing_loads_nothing_heavy(nightly: dict) -> None:
    assert nightly["heavy"] == []


@pytest.mark.parametrize(("code", "raised"), [(65, "AirflowFailException"), (75, "AirflowException"), (None, None)])
def test_only_exit_65_is_final(code: int | None, raised: str | None) -> None:
    said = ask(
        "from airflow_dags.operators import LookbackOperator\n"
        "task = LookbackOperator(task_id='t')\n"
        f"task.ends = {code!r}\n"
        "try:\n    task.execute({})\n    said = None\n"
        "except AirflowException as error:\n    said = type(error).__name__\n"
        "print(json.dumps(said))\n"
    )
    assert said == raised
