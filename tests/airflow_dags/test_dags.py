"""The DAGs are drawn from the pipeline, and parsing them is light; Airflow is replaced by what they touch."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
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
class Asset:
    def __init__(self, name, uri): self.name, self.uri = name, uri
class DAG:
    open = []
    def __init__(self, dag_id, **given): self.dag_id, self.given, self.tasks, self.edges = dag_id, given, {}, []
    def __enter__(self): DAG.open.append(self); return self
    def __exit__(self, *_): DAG.open.pop()
class SparkSubmitOperator:
    ends = None
    def __init__(self, *, task_id, **given):
        self.task_id, self.given, self.dag = task_id, given, DAG.open[-1] if DAG.open else None
        self.application_args = given["application_args"]
        if self.dag: self.dag.tasks[task_id] = self
    def __rshift__(self, other): self.dag.edges.append((self.task_id, other.task_id)); return other
    def execute(self, context):
        if self.ends is not None:
            raise AirflowException(f"Cannot execute: spark-submit. Error code is: {self.ends}.{self.output}")
module("airflow")
module("airflow.sdk", DAG=DAG, Param=Param, Asset=Asset)
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
def dags() -> dict[str, dict]:
    found = ask(
        "from airflow_dags import backfill, maintenance, nightly, training\n"
        "def args(given): return {n: v for n, v in given.items() if isinstance(v, (str, int, list, tuple))}\n"
        "def task(t):\n"
        "    assets = {n: [asset.uri for asset in t.given.pop(n, [])] for n in ('inlets', 'outlets')}\n"
        "    return args(t.given) | assets\n"
        "modules = (backfill, maintenance, nightly, training)\n"
        "print(json.dumps({m.dag.dag_id: {'edges': m.dag.edges, 'given': args(m.dag.given),\n"
        "  'params': sorted(m.dag.given.get('params', {})),\n"
        "  'retries': m.dag.given['default_args']['retries'],\n"
        "  'told': m.dag.given['default_args']['on_failure_callback'].__name__,\n"
        "  'tasks': {n: task(t) for n, t in m.dag.tasks.items()}} for m in modules}\n"
        "  | {'models': training.PARAMS['model'].rules['enum']}\n"
        "  | {'heavy': [n for n in ('pyspark', 'torch', 'numpy', 'pandas', 'mlflow', 'typer') if n in sys.modules]}))\n"
    )
    assert isinstance(found, dict)
    return found


def test_tasks_and_edges_are_those_of_the_pipeline(dags: dict) -> None:
    nightly = dags["lookback_nightly"]
    assert list(nightly["tasks"]) == [step.name for step in PIPELINE]
    assert {tuple(edge) for edge in nightly["edges"]} == set(edges(PIPELINE))
    for step in PIPELINE:
        assert nightly["tasks"][step.name]["outlets"] == [f"lookback://tables/{name}" for name in step.writes]


def test_every_task_runs_its_step_on_an_explicit_date(dags: dict) -> None:
    nightly = dags["lookback_nightly"]
    for step in PIPELINE:
        words = nightly["tasks"][step.name]["application_args"]
        assert words[:3] == ["run", step.name, "--date"]
        assert "params.date" in words[3]
    assert nightly["params"] == ["date", "limit", "until"]


def rendered(words: list[str], variables: dict[str, str], **params: object) -> list[str]:
    """Words of a command as Airflow would give them to a task of a run that began at 01:00 UTC."""
    found = ask(
        "import jinja2, types\n"
        "from datetime import UTC, datetime\n"
        "from airflow_dags.operators import LookbackOperator, deadline\n"
        "run = types.SimpleNamespace(start_date=datetime(2026, 3, 2, 1, tzinfo=UTC))\n"
        "make = jinja2.Environment(undefined=jinja2.StrictUndefined)\n"
        f"given = {{'params': {dict.fromkeys(('until', 'limit')) | params!r}, 'var': {{'value': {variables!r}}}}}\n"
        f"words = [make.from_string(word).render(dag_run=run, deadline=deadline, **given) for word in {words!r}]\n"
        "task = LookbackOperator(task_id='t', command=())\n"
        "task.application_args = words\n"
        "task.execute({})\n"
        "print(json.dumps(task.application_args))\n"
    )
    assert isinstance(found, list)
    return found


def test_a_night_is_held_to_a_time_and_a_number_where_they_are_given(dags: dict) -> None:
    words = dags["lookback_nightly"]["tasks"]["inspect"]["application_args"][4:6]
    assert rendered(words, {}) == []
    (until, limit) = rendered(words, {}, until="06:00", limit=5_000)
    assert limit == "--limit=5000"
    by, began = datetime.fromisoformat(until.removeprefix("--until=")), datetime(2026, 3, 2, 1, tzinfo=UTC)
    assert timedelta(0) < by - began <= timedelta(days=1)
    assert f"{by.astimezone():%H:%M}" == "06:00"
    assert rendered(words, {"lookback_until": "06:00"}) == [until]
    assert rendered(words, {"lookback_until": "six"}) == ["--until=six"]


def test_the_other_dags_run_one_command_each(dags: dict) -> None:
    for name, words in (("backfill", ["backfill", "run"]), ("maintenance", ["maintain"])):
        (task,) = dags[f"lookback_{name}"]["tasks"].values()
        assert task["application_args"][: len(words) + 1] == [*words, "--lake"]


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({}, ["calibrate", "--from=lake"]),
        ({"model": "scorer"}, ["train", "scorer", "--from=lake", "--minutes=20", "--seed=1"]),
        (
            {"model": "corners", "source": "specimens", "minutes": 7.5, "seed": 3},
            ["train", "corners", "--from=specimens", "--minutes=7.5", "--seed=3"],
        ),
    ],
)
def test_training_runs_the_command_that_its_parameters_name(dags: dict, params: dict, words: list[str]) -> None:
    (task,) = dags["lookback_training"]["tasks"].values()
    defaults = {"model": "calibration", "source": "lake", "minutes": 20, "seed": 1}
    assert dags["lookback_training"]["params"] == sorted(defaults)
    assert rendered(task["application_args"][:5], {}, **(defaults | params)) == words


def test_every_model_that_can_be_trained_can_be_chosen(dags: dict) -> None:
    from jobs.models.training import NAMES

    assert sorted(dags["models"]) == sorted((*NAMES, "calibration"))


@pytest.mark.parametrize("name", ["nightly", "backfill", "maintenance", "training"])
def test_one_run_at_a_time_in_client_mode_is_retried_and_says_why_it_failed(dags: dict, name: str) -> None:
    dag = dags[f"lookback_{name}"]
    assert dag["given"]["max_active_runs"] == 1
    assert (dag["retries"], dag["told"]) == (3, "explain")
    assert {task["deploy_mode"] for task in dag["tasks"].values()} == {"client"}
    assert all(Path(task["application"]).is_file() for task in dag["tasks"].values())


def test_parsing_loads_nothing_heavy(dags: dict) -> None:
    assert dags["heavy"] == []


def end(code: int | None, output: str = "") -> list[str] | None:
    """How a task ends whose command ended with that code: the error's class, and the reason that is told."""
    return ask(
        "from airflow_dags.operators import LookbackOperator, reason\n"
        "task = LookbackOperator(task_id='t', command=('maintain',))\n"
        f"task.ends, task.output = {code!r}, {output!r}\n"
        "try:\n    task.execute({})\n    said = None\n"
        "except AirflowException as error:\n    said = [type(error).__name__, reason(error)]\n"
        "print(json.dumps(said))\n"
    )


def test_success_raises_nothing() -> None:
    assert end(None) is None


@pytest.mark.parametrize(("code", "raised"), [(65, "AirflowFailException"), (75, "AirflowException")])
def test_only_exit_65_is_final_and_what_was_said_is_the_reason(code: int, raised: str) -> None:
    output = "\nLast spark-submit output:\n12:00:00 INFO x: y\nBadManifest: m.csv: no account_id.\nFix it\n"
    output += "12:00:01 spark ERROR Z: gone"
    assert end(code, output) == [raised, "BadManifest: m.csv: no account_id.\nFix it"]


@pytest.mark.parametrize(("code", "why"), [(137, "the driver was killed"), (1, "exit 1, see the log above")])
def test_an_end_without_words_has_a_reason_too(code: int, why: str) -> None:
    said = end(code)
    assert said is not None
    assert why in said[1]


def test_the_last_failure_names_reason_and_next_command() -> None:
    said = ask(
        "import logging, types\n"
        "from airflow_dags.operators import LookbackOperator, explain\n"
        "logging.basicConfig(stream=sys.stdout, format='%(message)s', level=logging.INFO)\n"
        "task = types.SimpleNamespace(application_args=['run', 'link', '--date', '2026-03-01', '--lake', '/a b', "
        "'--env', 'local'])\n"
        "heard = []\n"
        "logging.getLogger('airflow.task').addFilter(lambda r: heard.append(r.getMessage()))\n"
        "explain({'task': task, 'ti': types.SimpleNamespace(task_id='link', try_number=4),\n"
        "  'exception': AirflowException('Error code is: 75.\\nLeaseHeld: held by x')})\n"
        "print(json.dumps(heard))\n"
    )
    assert said == [
        "link failed for good, at try 4.\nReason: LeaseHeld: held by x\n"
        "Next: lookback doctor --lake '/a b' --env local\n"
        "Then clear this task, and it goes on where it stopped; "
        "by hand: lookback run link --date 2026-03-01 --lake '/a b' --env local"
    ]
