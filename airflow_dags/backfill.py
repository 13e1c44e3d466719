"""The back-fill DAG, started by a person: goes on with the planned work, slice by slice, and gives way to a night."""

from datetime import UTC, datetime

from airflow.sdk import DAG

from airflow_dags.operators import RETRIED, LookbackOperator

with DAG(
    "lookback_backfill",
    schedule=None,
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    max_active_runs=1,
    default_args=RETRIED,
    tags=["lookback"],
    doc_md=__doc__,
) as dag:
    LookbackOperator(task_id="backfill", command=("backfill", "run"), name="lookback-backfill")
