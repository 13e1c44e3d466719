"""The maintenance DAG: once a week, at an hour when no night runs, keeps the tables small and fast."""

from datetime import UTC, datetime

from airflow.sdk import DAG

from airflow_dags.operators import RETRIED, LookbackOperator

with DAG(
    "lookback_maintenance",
    schedule="0 14 * * 0",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args=RETRIED,
    tags=["lookback"],
    doc_md=__doc__,
) as dag:
    LookbackOperator(task_id="maintain", command=("maintain",), name="lookback-maintain")
