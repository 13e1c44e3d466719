"""Logs on stderr: words for people, one JSON object a line for machines."""

import json
import logging
import sys

from conf.errors import BadSettings


class JsonLines(logging.Formatter):
    """One JSON object a record."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON."""
        shown = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            shown["trace"] = self.formatException(record.exc_info)
        return json.dumps(shown)


FORMS = {
    "text": logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s", "%H:%M:%S"),
    "json": JsonLines(),
}


def set_up_logs(*, form: str, level: int) -> None:
    """Send the log of this process to stderr.

    Raises:
        BadSettings: there is no such form.
    """
    if form not in FORMS:
        raise BadSettings(f"--log {form}: give {' or '.join(FORMS)}")
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(FORMS[form])
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for name in ("jobs", "udfs"):
        logging.getLogger(name).setLevel(level)
