"""Writes the Parquet files of this folder with pandas, PyArrow and PySpark: python3 make.py, in this folder."""

import glob
import os
import shutil
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.ml.linalg import Vectors
from pyspark.sql import SparkSession

VALUES = np.array([[0.5, -2.0, 3.0], [1.0, 0.0, -0.25], [7.0, 100.0, 2.0], [-4.0, 8.0, 6.0]])
LABELS = [2, 0, 1, 2]
KINDS = ["sky", "ant", "bee", "sky"]

columns = pd.DataFrame(VALUES, columns=["length, cm", "width", "depth"])
columns["kind"] = KINDS
columns.to_parquet("pandas_columns.parquet", index=False)
columns.astype({"kind": "category"}).to_parquet("pandas_category.parquet", index=False)
columns.assign(kind=LABELS).set_index(pd.Index([7, 5, 3, 2])).to_parquet("pandas_index.parquet")
missing = columns.copy()
missing.iloc[2, 1] = np.nan
missing.iloc[3, 1] = np.nan
missing.iloc[0, 2] = np.nan
missing.to_parquet("pandas_missing.parquet", index=False)
columns.assign(day=pd.Timestamp("2026-01-01")).to_parquet("pandas_dates.parquet", index=False)

types = pa.table(
    {
        "f2": pa.array(VALUES[:, 0].astype("f2"), pa.float16()),
        "f4": pa.array(VALUES[:, 0], pa.float32()),
        "i1": pa.array([-1, 2, -3, 127], pa.int8()),
        "i2": pa.array([-1, 2, -3, 32767], pa.int16()),
        "i4": pa.array([-1, 2, -3, 2**31 - 1], pa.int32()),
        "i8": pa.array([-1, 2, -3, 2**53], pa.int64()),
        "u1": pa.array([1, 2, 3, 255], pa.uint8()),
        "u2": pa.array([1, 2, 3, 65535], pa.uint16()),
        "u4": pa.array([1, 2, 3, 2**32 - 1], pa.uint32()),
        "u8": pa.array([1, 2, 3, 2**64 - 1], pa.uint64()),
        "flag": pa.array([True, False, False, True]),
        "price": pa.array([Decimal("1.25"), Decimal("-0.50"), Decimal("3.00"), Decimal("9.99")], pa.decimal128(30, 2)),
        "cents": pa.array([Decimal("1.25"), Decimal("-0.50"), Decimal("3.00"), Decimal("9.99")], pa.decimal128(5, 2)),
        "label": pa.array(LABELS, pa.int8()),
    }
)
pq.write_table(types, "types.parquet")
pq.write_table(types, "types_v2_pages.parquet", data_page_version="2.0", version="2.6", use_dictionary=False)
pq.write_table(
    types.select(["f4", "label"]),
    "byte_stream_split.parquet",
    use_dictionary=False,
    use_byte_stream_split=["f4"],
    write_page_checksum=True,
)

arrays = pa.table({"features": pa.array(list(VALUES), pa.list_(pa.float64())), "label": LABELS})
for compression in ("snappy", "gzip", "zstd", "lz4", "none", "brotli"):
    pq.write_table(arrays, f"arrays_{compression}.parquet", compression=compression)
fixed = pa.FixedSizeListArray.from_arrays(pa.array(VALUES.astype("f4").ravel()), 3)
pq.write_table(pa.table({"features": fixed, "label": LABELS}), "arrays_fixed_size.parquet", row_group_size=2)
ragged = pa.array([[1.0, 2.0], [3.0], [4.0, 5.0], [6.0, 7.0]])
pq.write_table(pa.table({"features": ragged, "label": LABELS}), "arrays_ragged.parquet")

spark = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()


def write(frame, name, parts=1, **options):
    """A folder with part files of short, fixed names, and Spark's own files beside them."""
    shutil.rmtree(name, ignore_errors=True)
    frame.coalesce(parts).write.options(**options).parquet(name)
    for number, part in enumerate(sorted(glob.glob(f"{name}/part-*"))):
        os.remove(f"{name}/.{os.path.basename(part)}.crc")
        os.rename(part, f"{name}/part-{number:05d}.snappy.parquet")


dense = [(Vectors.dense(row), float(label)) for row, label in zip(VALUES.tolist(), LABELS)]
both = [(Vectors.sparse(3, [0, 2], [row[0], row[2]]) if row[1] == 0 else v, label) for (v, label), row in zip(dense, VALUES.tolist())]
write(spark.createDataFrame(dense, ["features", "label"]).repartitionByRange(2, "label").sortWithinPartitions("label"), "spark_dense", 2)
write(spark.createDataFrame(both, ["features", "label"]), "spark_sparse")
named = spark.createDataFrame([(*row, kind) for row, kind in zip(VALUES.tolist(), KINDS)], "a double, b double, c double, kind string")
write(named, "spark_columns")
lists = spark.createDataFrame([(row, kind) for row, kind in zip(VALUES.tolist(), KINDS)], "features array<double>, kind string")
write(lists, "spark_arrays")
spark.conf.set("spark.sql.parquet.writeLegacyFormat", "true")
write(lists, "spark_arrays_legacy")
spark.conf.set("spark.sql.parquet.writeLegacyFormat", "false")
nulls = spark.createDataFrame([([0.5, None, 3.0], "ant"), ([1.0, 0.0, None], "bee")], "features array<double>, kind string")
write(nulls, "spark_null_elements")
write(spark.createDataFrame([([0.5], "ant"), (None, "bee")], "features array<double>, kind string"), "spark_null_array")
write(spark.createDataFrame([(0.5, "ant"), (1.5, None)], "a double, kind string"), "spark_null_label")
shutil.rmtree("spark_partitioned", ignore_errors=True)
named.coalesce(1).write.partitionBy("kind").parquet("spark_partitioned")
for part in glob.glob("spark_partitioned/kind=*/part-*"):
    os.remove(os.path.join(os.path.dirname(part), f".{os.path.basename(part)}.crc"))
    os.rename(part, os.path.join(os.path.dirname(part), "part-00000.snappy.parquet"))
spark.stop()
