"""What earlier nights of a lake took, left waiting and cost: what a check builds on, where a night has been."""

from pyspark.sql import functions as F

from conf.settings import Settings
from jobs.health.lake_check import UNTOUCHED, History
from jobs.nights import Told, attempts
from jobs.publishing.releases import publications
from jobs.session import open_session
from jobs.tables import Tables

INSPECT, WHOLE = "inspect", "manifest"


def history_of(settings: Settings) -> History:
    """The history of a lake that has tables; opens a session and writes nothing."""
    tables = Tables(open_session(settings), settings.tables)
    told = Told.by(publications(tables))
    if told.newest is None:
        return UNTOUCHED
    standing = [attempt.frozen for attempt in attempts(tables) if attempt.run_id in told.standing]
    taken = {(folder, file.sha256) for frozen in standing for folder, files in frozen.files.items() for file in files}
    of_newest = F.col("run_id") == told.newest.run_id
    steps = tables.read("runs").where(of_newest & (F.col("state") == "done") & (F.col("step") != INSPECT))
    counted = tables.read("coverage").where(of_newest & (F.col("detector") == WHOLE)).select("pending").head()
    seconds = steps.agg(F.sum("seconds")).head()
    inspected = tables.read("runs").where(of_newest & (F.col("state") == "done") & (F.col("step") == INSPECT))
    look = next((row for row in inspected.select("stages", "contents").collect() if row.stages and row.contents), None)
    return History(
        taken=frozenset(taken),
        waiting=int(counted[0]) if counted else 0,
        night=told.newest.run_id,
        rest_seconds=seconds[0] if seconds else None,
        each=(sum(look.stages.values()) / look.contents, look.contents) if look else None,
    )
