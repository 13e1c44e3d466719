"""Released nights: what readers see, in Spark and in other engines."""
