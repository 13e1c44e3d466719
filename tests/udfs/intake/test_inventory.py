"""A list of a store's objects in the shapes that stores export, and what stands in place of one."""

import gzip
import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from conf.errors import BadLake
from udfs.intake.inventory import listed_objects

BUCKET = "s3://vault/kyc"


CUT = gzip.compress(b"".join(b"vault,kyc/%d.csv\n" % (number * number) for number in range(200)))


def listed(name: str, content: bytes, lake: str = BUCKET) -> list[str]:
    return list(listed_objects(name, content, lake))


def parquet(**columns: list[object]) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink)
    return sink.getvalue()


def test_s3_writes_bucket_and_quoted_key_without_a_header() -> None:
    rows = b'"vault","kyc/manifests/2026-03-01+part%201.csv","120"\n"vault","kyc/images/a.jpg","9"\n'
    expected = ["s3://vault/kyc/manifests/2026-03-01 part 1.csv", "s3://vault/kyc/images/a.jpg"]
    assert listed("i.csv", rows) == expected
    assert listed("i.csv.gz", gzip.compress(rows)) == expected


def test_s3_lists_all_versions_after_the_key() -> None:
    versions = (
        b'"vault","kyc/manifests/1.csv","v3","true","false","120"\n'
        b'"vault","kyc/manifests/1.csv","v2","false","false","110"\n\n'
        b'"vault","kyc/manifests/2.csv","v1","true","true",""\n \n'
    )
    assert listed("i.csv", versions) == ["s3://vault/kyc/manifests/1.csv"]
    current = b'\n"vault","kyc/manifests/1.csv","120","2026-02-28T00:00:00.000Z","true"\n'
    assert listed("i.csv", current) == ["s3://vault/kyc/manifests/1.csv"]


def test_a_header_names_key_and_bucket_whatever_its_letters() -> None:
    assert listed("i.csv", b"Name,Size\nkyc/manifests/a b.csv,3\n") == ["s3://vault/kyc/manifests/a b.csv"]
    assert listed("i.csv", b"bucket,key\nother,manifests/a.csv\n") == ["s3://other/manifests/a.csv"]
    assert listed("i.csv", b"uri\ns3://vault/kyc/manifests/a.csv\n\n") == ["s3://vault/kyc/manifests/a.csv"]


def test_a_folder_is_listed_by_paths_from_the_lake_or_whole_ones() -> None:
    rows = b"path\nmanifests/a.csv\n/data/lake/manifests/b.csv\n"
    assert listed("i.csv", rows, "/data/lake") == ["/data/lake/manifests/a.csv", "/data/lake/manifests/b.csv"]
    assert listed("i.csv", b"path\nmanifests/a.csv\n") == ["s3://vault/kyc/manifests/a.csv"]


def test_paths_from_the_lake_may_begin_with_a_dot_and_keys_with_a_slash() -> None:
    odd = b"path\n./manifests/a.csv\nmanifests//b.csv\n/data/lake//manifests/c.csv\nfile:///data/lake/manifests/d.csv\n"
    assert listed("i.csv", odd, "/data/lake") == [f"/data/lake/manifests/{name}.csv" for name in "abcd"]
    assert listed("i.csv", b"path\n./manifests/a.csv\n") == ["s3://vault/kyc/manifests/a.csv"]
    assert listed("i.csv", b"path\n/manifests/a.csv\n") == ["s3://vault/kyc/manifests/a.csv"]
    assert listed("i.csv", b"key\n/kyc/manifests/a.csv\n") == ["s3://vault/kyc/manifests/a.csv"]
    assert listed("i.csv", b"key\nkyc/manifests//a.csv\n") == ["s3://vault/kyc/manifests//a.csv"]


def test_the_flags_of_s3s_own_schema_are_known() -> None:
    versions = (b"Bucket,Key,IsLatest,IsDeleteMarker", b"vault,kyc/a.csv,true,false", b"vault,kyc/b.csv,false ,false")
    rows = b"\n".join([*versions, b"vault,kyc/c.csv,true,TRUE", b""])
    assert listed("i.csv", rows) == ["s3://vault/kyc/a.csv"]
    content = parquet(Bucket=["vault"] * 2, Key=["kyc/a.csv", "kyc/b.csv"], IsLatest=[True, False])
    assert listed("i.parquet", content) == ["s3://vault/kyc/a.csv"]


def test_versions_that_are_gone_are_no_objects() -> None:
    content = parquet(
        bucket=["vault"] * 3,
        key=["kyc/manifests/1.csv", "kyc/manifests/2.csv", "kyc/manifests/3.csv"],
        is_latest=[True, False, True],
        is_delete_marker=[False, False, True],
        size=[1, 2, 3],
    )
    assert listed("i.parquet", content) == ["s3://vault/kyc/manifests/1.csv"]


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("i.csv", b"etag,size\nx,1\n", "no column uri, key, name, path; it has etag, size"),
        ("i.parquet", b"PAR1 no", "cannot be read as an inventory"),
        ("i.csv.gz", b"no gzip", "cannot be read as an inventory"),
        ("i.csv.gz", CUT[:40] + b"\xff" * 8 + CUT[48:], "cannot be read as an inventory: Error -3 while decompressing"),
        ("i.csv", b"vault,kyc/a.csv\nvault\n", "a row is 'vault' alone, without a key"),
        ("i.orc", b"ORC", "ends in none of"),
    ],
)
def test_what_is_no_inventory_says_what_one_is(name: str, content: bytes, told: str) -> None:
    with pytest.raises(BadLake, match=told):
        listed(name, content)
