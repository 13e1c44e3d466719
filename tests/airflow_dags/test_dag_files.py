"""Airflow itself takes in the DAG files, from the four lines that a folder of DAGs holds, and loads nothing heavy."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from jobs.pipeline import PIPELINE, edges
from tests.airflow_dags.airflow_home import AIRFLOW, DAG_FILE, ROOT

pytestmark = pytest.mark.skipif(not AIRFLOW.is_dir(), reason="Airflow's environment is missing: make airflow")
SCRIPT = """
import json, sys
from datetime import UTC, datetime
from types import SimpleNamespace
from airflow.dag_processing.dagbag import DagBag
bag = DagBag(sys.argv[1])
nightly = bag.dags["lookback_nightly"]
words = nightly.task_dict["ingest"].application_args
def night(date, logical):
    run = SimpleNamespace(logical_date=logical, run_after=datetime(2026, 3, 5, 7, tzinfo=UTC))
    return nightly.get_template_env().from_string(words[3]).render(params={"date": date}, dag_run=run)
print(json.dumps({
    "errors": bag.import_errors,
    "dags": sorted(bag.dags),
    "edges": sorted((task.task_id, later) for task in nightly.tasks for later in task.downstream_task_ids),
    "nights": [night("2026-03-01", None), night(None, datetime(2026, 3, 4, 1, tzinfo=UTC)), night(None, None)],
    "heavy": [name for name in ("pyspark", "torch", "numpy", "pandas", "mlflow", "pyarrow") if name in sys.modules],
}))
"""


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> dict:
    folder = tmp_path_factory.mktemp("dags")
    (folder / "lookback.py").write_text(DAG_FILE)
    own = {"AIRFLOW_HOME": str(folder / "home"), "AIRFLOW__CORE__LOAD_EXAMPLES": "False", "PYTHONPATH": str(ROOT)}
    command = [AIRFLOW / "python", "-c", SCRIPT, folder]
    done = subprocess.run(command, env=os.environ | own, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr[-3_000:]
    found: dict = json.loads(done.stdout.splitlines()[-1])
    return found


def test_every_dag_is_taken_in_without_an_error(taken: dict) -> None:
    assert taken["errors"] == {}
    assert taken["dags"] == ["lookback_backfill", "lookback_maintenance", "lookback_nightly", "lookback_training"]


def test_the_edges_are_those_of_the_pipeline(taken: dict) -> None:
    assert {tuple(edge) for edge in taken["edges"]} == set(edges(PIPELINE))


def test_the_night_is_the_one_asked_for_else_that_of_the_run_else_the_day_it_began(taken: dict) -> None:
    assert taken["nights"] == ["2026-03-01", "2026-03-04", "2026-03-05"]


def test_airflow_loads_neither_spark_nor_torch_for_them(taken: dict) -> None:
    assert taken["heavy"] == []


def test_the_page_shows_the_file_that_was_tried(taken: dict) -> None:
    assert DAG_FILE in Path(ROOT, "docs", "scheduling.md").read_text()
