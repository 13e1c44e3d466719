"""DAG files drawn from the pipeline; parsing them loads neither Spark nor torch."""
