"""What spark-submit runs: `python -m jobs` is the command `lookback`."""

from jobs.cli import main

if __name__ == "__main__":
    main()
