"""The nightly DAG: one task a step, edges from the tables that steps read, tables as assets."""

from datetime import UTC, datetime

from airflow.sdk import DAG, Asset, Param

from airflow_dags.operators import RETRIED, LookbackOperator, deadline
from jobs.pipeline import PIPELINE, edges

# A run that another DAG triggered, or a person, has no logical date of its own.
NIGHT = "{{ params.date or ((dag_run.logical_date or dag_run.run_after) | ds) }}"
UNTIL = (
    "{% set clock = params.until or var.value.get('lookback_until', '') %}"
    "{{ '--until=' ~ deadline(clock, dag_run.start_date or dag_run.run_after) if clock else '' }}"
)
LIMIT = "{{ '--limit=%d' % params.limit if params.limit else '' }}"
PARAMS = {
    "date": Param(None, type=["null", "string"], format="date", description="Night; empty: the run's date."),
    "until": Param(None, type=["null", "string"], description="Release by this local time, HH:MM; what is left waits."),
    "limit": Param(None, type=["null", "integer"], minimum=1, description="Inspect at most so many contents."),
}
ASSETS = {name: Asset(name=f"lookback.{name}", uri=f"lookback://tables/{name}") for s in PIPELINE for name in s.writes}

with DAG(
    "lookback_nightly",
    schedule="0 1 * * *",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,  # a night takes all that arrived since the last release, so a missed one needs no run of its own
    max_active_runs=1,
    max_active_tasks=1,  # one writer: steps that could run side by side would wait for the lease
    default_args=RETRIED,
    params=PARAMS,
    user_defined_macros={"deadline": deadline},
    tags=["lookback"],
    doc_md=__doc__,
) as dag:
    tasks = {
        step.name: LookbackOperator(
            task_id=step.name,
            command=("run", step.name, "--date", NIGHT, UNTIL, LIMIT),
            name=f"lookback-{step.name}",
            inlets=[ASSETS[name] for name in step.reads if name in ASSETS],
            outlets=[ASSETS[name] for name in step.writes],
            doc=step.does,
        )
        for step in PIPELINE
    }
    for earlier, later in edges(PIPELINE):
        tasks[earlier] >> tasks[later]
