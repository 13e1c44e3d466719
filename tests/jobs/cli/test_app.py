"""The command line from outside: names, help texts, exit codes, and that help is light."""

import errno
import subprocess
import sys
from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path

import pytest
from pyspark.errors import PySparkException
from typer.main import get_command

from conf.errors import first_line
from conf.settings import Settings
from jobs.cli.app import GROUPS, app, in_front, main
from jobs.cli.output import Format, print_rows
from jobs.cli.tables import as_row
from jobs.publishing.releases import Release
from tests.golden import same_as_golden

ROOT = Path(__file__).resolve().parents[3]
NAMES = {
    "demo", "night", "run", "check", "status", "doctor", "sql", "look", "document", "account", "campaign", "specimens",
    "train", "model", "evaluate", "release", "schema", "report",
}  # fmt: skip
NESTED = {"model": {"list", "promote"}, "release": {"list", "rollback", "sql"}}

FULL = "Caused by: java.io.IOException: No space left on device"
AWAY = "org.apache.hadoop.fs.s3a.AWSServiceThrottledException: getFileStatus on s3a://b/tables/runs: Status Code: 503"


def commands() -> dict[str, list[str]]:
    """Every command's words, by name."""
    for name in GROUPS:
        import_module(f"jobs.cli.{name}")
    found = get_command(app).commands
    nested = {f"{name} {inner}": [name, inner] for name in NESTED for inner in found[name].commands}
    return {name: [name] for name in found} | nested


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of a call."""
    with pytest.raises(SystemExit) as left:
        main(list(words))
    printed = capsys.readouterr()
    code = left.value.code
    return (code if isinstance(code, int) else 0), printed.out, printed.err


def test_every_promised_command_is_there() -> None:
    found = commands()
    assert {words[0] for words in found.values()} >= NAMES
    assert all(f"{name} {inner}" in found for name, inners in NESTED.items() for inner in inners)


def test_help_moves_only_on_purpose(
    request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("TERMINAL_WIDTH", "100")
    pages = []
    for name, words in sorted(commands().items()):
        code, page, _ = said(capsys, *words, "--help")
        assert (code, name) == (0, name)
        pages.append(f"$ lookback {name} --help\n{page.strip()}\n")
    same_as_golden(request, "help.txt", "\n".join(pages))


def test_a_help_text_loads_nothing_heavy() -> None:
    script = (
        "import sys\nfrom jobs.cli import main\n"
        "try:\n    main(['look', '--help'])\nexcept SystemExit:\n    pass\n"
        "print([n for n in ('pyspark', 'torch', 'mlflow', 'cv2', 'pandas') if n in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    "words",
    [
        ["schema", "scores", "--lake", "l", "--set", "a.b=1", "--set=c=2"],
        ["--set", "a.b=1", "schema", "--set=c=2", "--lake", "l", "scores"],
        ["--lake", "l", "--set", "a.b=1", "--set=c=2", "schema", "scores"],
    ],
)
def test_common_options_stand_before_or_after_the_name(words: list[str]) -> None:
    front = in_front(words)
    assert front[-2:] == ["schema", "scores"]
    assert sorted(front[:-2]) == sorted(["--lake", "l", "--set", "a.b=1", "--set=c=2"])


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["schema", "scores"], 0, ""),
        (["schema", "nothing"], 65, "no table or drop folder 'nothing'"),
        (["nonsense"], 2, "No such command"),
        (["night"], 2, "Missing option '--date'"),
        (["check", "--set", "how.worker.batch=0", "x"], 65, "how.worker.batch"),
        (["night", "--date", "2026-03-01", "--until", "noon", "--lake", "x"], 65, "--until noon"),
        (["run", "nonsense", "--date", "2026-03-01", "--lake", "x"], 65, "no step 'nonsense'"),
        (["--log", "xml", "schema"], 65, "--log xml"),
        (["schema", "--lake"], 2, "Option '--lake' requires an argument"),
        (["sql", "SELECT 1", "--lake", "/not/there"], 65, "/not/there: there is no such folder"),
        (["account", "x", "--lake", "tests"], 65, "lookback night --date YYYY-MM-DD --lake"),
    ],
)
def test_exit_codes(capsys: pytest.CaptureFixture[str], words: list[str], code: int, told: str) -> None:
    left, _, errors = said(capsys, *words)
    assert (left, told in " ".join(errors.split())) == (code, True)


def test_results_alone_stand_on_stdout(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, printed, errors = said(capsys, "check", str(tmp_path))
    assert (code, printed) == (65, "")
    assert errors.startswith("BadLake: ")
    assert "Traceback" not in errors


@pytest.mark.parametrize(
    ("raised", "code", "told"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), 75, "DiskFull: a disk is full. The fullest first: "),
        (PySparkException(f"TASK_WRITE_FAILED: {FULL}"), 75, "DiskFull: a disk is full. The fullest first: "),
        (PySparkException(AWAY), 75, "StoreAway: s3://b/tables/runs: the store failed Spark: "),
        (PySparkException("FAILED_READ_FILE file:/t/a.parquet"), 65, "BadLake: file:/t/a.parquet is damaged"),
    ],
)
@pytest.mark.parametrize(
    "words",
    [["status"], ["sql", "SELECT 1"], ["maintain"], ["upgrade"], ["backfill", "status"], ["release", "list"]],
)
def test_what_fails_for_a_disk_or_a_store_says_so_whatever_was_asked(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    lake: Path,
    *,
    words: list[str],
    raised: Exception,
    code: int,
    told: str,
) -> None:
    for name in ("releases", "runs", "backfills"):
        (lake / "_lookback" / "tables" / name / "_delta_log").mkdir(parents=True)

    def failing(_settings: Settings) -> None:
        raise raised

    monkeypatch.setattr("jobs.session.open_session", failing)
    for module in [found for name, found in sys.modules.items() if name.startswith("jobs.")]:
        if hasattr(module, "open_session"):
            monkeypatch.setattr(module, "open_session", failing)
    left, _, errors = said(capsys, *words, "--lake", str(lake))
    assert (left, " ".join(errors.split())[: len(told)]) == (code, told)


def test_errors_are_one_line_where_no_terminal_reads_them(capsys: pytest.CaptureFixture[str]) -> None:
    _, _, errors = said(capsys, "schema", "nothing")
    assert len(errors.splitlines()) == 1
    assert errors.count("accounts") == 1


def test_a_table_cuts_no_word(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [{"id": "d" * 60, "why": "w" * 90}]
    print_rows(rows, Format.table)
    printed = capsys.readouterr().out
    assert printed.count("d") == 60 + 1
    assert printed.count("w") == 90 + 1


def test_a_refused_query_is_told_though_its_first_line_is_empty() -> None:
    assert first_line("\n[PARSE_SYNTAX_ERROR] at SELEC\n\n== SQL ==") == "[PARSE_SYNTAX_ERROR] at SELEC"
    through = (
        "An error occurred while calling o12.collectToPython.\n: org.apache.spark.SparkException: [FAILED_READ_FILE]"
    )
    assert first_line(through) == "org.apache.spark.SparkException: [FAILED_READ_FILE]"
    assert not first_line("")


def test_nights_are_listed_for_people_without_the_maps_that_json_holds() -> None:
    published = datetime(2026, 3, 1, 4, 5, 6, tzinfo=UTC)
    rows = {"documents": 7, "risk_profiles": 5}
    entry = Release(1, "released", "2026-03-01.1", date(2026, 3, 1), None, (), {"scores": 2}, rows, {}, published)
    shown = as_row(entry, Format.table)
    assert (shown["published_at"], shown["documents"], shown["accounts"]) == ("2026-03-01 04:05:06", 7, 5)
    assert as_row(entry, Format.json)["versions"] == {"scores": 2}
