"""Everything that runs on a worker, without Spark."""
