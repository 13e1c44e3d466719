"""Arrow schemas in Spark's DDL words."""

import pyarrow as pa
from pyspark.sql.pandas.types import from_arrow_schema


def ddl_of(schema: pa.Schema) -> str:
    """The DDL string that mapInArrow wants for batches of this schema; needs no session."""
    return ", ".join(f"`{f.name}` {f.dataType.simpleString()}" for f in from_arrow_schema(schema).fields)
