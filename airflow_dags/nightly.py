"""The nightly DAG: one task a step, edges from the tables that steps read."""

from datetime import UTC, datetime, timedelta

from airflow.sdk import DAG, Param

from airflow_dags.operators import COMMAND, LookbackOperator
from jobs.pipeline import PIPELINE, edges

NIGHT = "{{ params.date or ((dag_run.logical_date or dag_run.run_after) | ds) }}"
LAKE = "{{ var.value.lookback_lake }}"
ENV = "{{ var.value.get('lookback_env', 'cluster') }}"
RETRY = {"retries": 3, "retry_delay": timedelta(minutes=5)}  # a resume goes on where the last try stopped

with DAG(
    "lookback_nightly",
    schedule="0 1 * * *",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,  # a night takes all that arrived since the last release, so a missed one needs no run of its own
    max_active_runs=1,
    max_active_tasks=1,  # one writer: steps that could run side by side would wait for the lease
    default_args=RETRY,
    params={"date": Param(None, type=["null", "string"], format="date", description="Night; empty: the run's date.")},
) as dag:
    tasks = {
        step.name: LookbackOperator(
            task_id=step.name,
            application=COMMAND,
            name=f"lookback-{step.name}",
            application_args=["run", step.name, "--date", NIGHT, "--lake", LAKE, "--env", ENV],
            doc=step.does,
        )
        for step in PIPELINE
    }
    for earlier, later in edges(PIPELINE):
        tasks[earlier] >> tasks[later]
