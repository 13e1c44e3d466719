"""The training DAG, started by a person: one model trained, or the scorer calibrated, as a candidate without a role."""

from datetime import UTC, datetime

from airflow.sdk import DAG, Param

from airflow_dags.operators import RETRIED, LookbackOperator

CALIBRATION = "calibration"
MODELS = (CALIBRATION, "scorer", "corners", "design", "portrait", "forensic", "mrz")
TRAINS = f"params.model != '{CALIBRATION}'"
PARAMS = {
    "model": Param(
        CALIBRATION, type="string", enum=list(MODELS), description="What to train; calibration: the champion scorer's."
    ),
    "source": Param("lake", type="string", enum=["specimens", "lake"], description="Only a scorer learns from a lake."),
    "minutes": Param(20, type="number", exclusiveMinimum=0, description="Of training, for a net."),
    "seed": Param(1, type="integer", description="Of weights and of every draw."),
}

with DAG(
    "lookback_training",
    schedule=None,
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    max_active_runs=1,
    default_args=RETRIED,
    params=PARAMS,
    tags=["lookback"],
    doc_md=__doc__,
) as dag:
    LookbackOperator(
        task_id="train",
        command=(
            f"{{{{ 'train' if {TRAINS} else 'calibrate' }}}}",
            f"{{{{ params.model if {TRAINS} else '' }}}}",
            "--from={{ params.source }}",
            f"{{{{ '--minutes=%g' % params.minutes if {TRAINS} else '' }}}}",
            f"{{{{ '--seed=%d' % params.seed if {TRAINS} else '' }}}}",
        ),
        name="lookback-train",
    )
