"""How a step reaches the cluster: spark-submit, whose exit code says whether another try could help."""

import re
from collections.abc import Mapping
from pathlib import Path

from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator
from airflow.sdk.exceptions import AirflowException, AirflowFailException

import jobs

COMMAND = str(Path(jobs.__file__).with_name("__main__.py"))
FINAL = 65
CODE = re.compile(r"Error code is: (\d+)")


class LookbackOperator(SparkSubmitOperator):
    """Runs one `lookback` command; exit 65 fails the task at once, any other failure may be retried.

    In cluster deploy mode spark-submit does not pass the driver's exit code on, so there every failure is retried.
    """

    def execute(self, context: Mapping[str, object]) -> None:
        """Submit, and tell what cannot be mended by trying again from what can."""
        try:
            super().execute(context)
        except AirflowException as error:
            code = CODE.search(str(error))
            if code is not None and int(code[1]) == FINAL:
                raise AirflowFailException(f"exit {FINAL}: final, see the task's log for what to do") from error
            raise
