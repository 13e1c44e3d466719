"""What a failing Spark call raises: PySpark's own errors, and what the JVM threw where PySpark knows no name for it."""

from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException

SPARK_ERRORS = (PySparkException, Py4JJavaError)
