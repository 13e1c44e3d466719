"""How a command reaches the cluster: spark-submit in client mode, whose exit code says if another try could help."""

import logging
import re
import shlex
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator
from airflow.sdk.exceptions import AirflowException, AirflowFailException

import jobs
from jobs.clock import next_shown

LOG = logging.getLogger("airflow.task")
COMMAND = str(Path(jobs.__file__).with_name("__main__.py"))
PLACE = ("--lake", "{{ var.value.lookback_lake }}", "--env", "{{ var.value.get('lookback_env', 'cluster') }}")
FINAL = 65
CODE = re.compile(r"Error code is: (\d+)")
SAID = re.compile(r"^[A-Z]\w+: ")  # how `lookback` begins what it has to say at its end
LOGGED = re.compile(r"^\d\d[:/]\d\d[:/]\d\d |^\{")
QUIET = {"spark.log.level": "WARN"}  # else what Spark says of its end buries what the command said
UNSAID = {137: "the driver was killed (exit 137), as the kernel does where memory runs out", 75: "try again later"}


class LookbackOperator(SparkSubmitOperator):
    """Runs one `lookback` command over the lake; exit 65 fails the task at once, any other failure is retried.

    Client mode, because in cluster mode spark-submit does not pass the driver's exit code on. Words that are templates
    of nothing are left out.
    """

    def __init__(self, *, command: Sequence[str], **given: object) -> None:
        words = [*command, *PLACE]
        super().__init__(application=COMMAND, application_args=words, deploy_mode="client", conf=QUIET, **given)

    def execute(self, context: Mapping[str, Any]) -> None:
        """Submit, and tell what cannot be mended by trying again from what can."""
        self.application_args: list[str] = said(self.application_args)
        try:
            super().execute(context)
        except AirflowException as error:
            if exit_code(error) == FINAL:
                raise AirflowFailException(f"Error code is: {FINAL}, final.\n{reason(error)}") from error
            raise


def said(words: Sequence[str]) -> list[str]:
    """The words of a command that say something."""
    return [word for word in words if word]


def deadline(until: str, began: datetime) -> str:
    """When the clock here shows HH:MM after a run began, so that a later try has no later deadline."""
    try:
        return next_shown(until, began).isoformat()
    except ValueError:
        return until  # the command says what is wrong with it


def explain(context: Mapping[str, Any]) -> None:
    """Say in the task's log, once no try is left, why it failed and what to type next."""
    words = said(context["task"].application_args)
    place = shlex.join(words[-len(PLACE) :])
    LOG.error(
        "%s failed for good, at try %d.\nReason: %s\nNext: lookback doctor %s\n"
        "Then clear this task, and it goes on where it stopped; by hand: lookback %s",
        context["ti"].task_id,
        context["ti"].try_number,
        reason(context.get("exception")),
        place,
        shlex.join(words),
    )


def exit_code(error: object) -> int | None:
    """The exit code that an error of the submission names, if any."""
    found = CODE.search(str(error))
    return int(found[1]) if found else None


def reason(error: object) -> str:
    """What the command said last, as far as the error carries its output; else what its exit code means."""
    lines = str(error).splitlines()
    said = [number for number, line in enumerate(lines) if SAID.match(line)]
    if not said:
        code = exit_code(error)
        return UNSAID.get(code or 0) or (lines[0] if lines and code is None else f"exit {code}, see the log above")
    told = []
    for line in lines[said[-1] :]:
        if LOGGED.match(line):
            break
        told.append(line)
    return "\n".join(told)


RETRIED: dict[str, Any] = {
    "retries": 3,  # a resume goes on where the last try stopped; `core.default_task_retry_delay` says how soon
    "on_failure_callback": explain,
}
