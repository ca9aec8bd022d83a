"""Keyed hashes as the standard library makes them, and payloads that only the key opens."""

import hashlib
import hmac
import subprocess
import sys

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from common.contracts.privacy import Privacy
from common.settings import ROOT

KEYS = Privacy.of_secret("a secret")


def test_the_hash_is_hmac_sha256(spark: SparkSession) -> None:
    texts = ["ann@example.org", "", "Zoë, 1 High Street", None]
    frame = spark.createDataFrame([(text,) for text in texts], "text string")
    hashes = [row.hashed for row in frame.select(KEYS.hash_text(F.col("text")).alias("hashed")).collect()]
    expected = [text and hmac.new(KEYS.hash_key, text.encode(), hashlib.sha256).hexdigest() for text in texts]
    assert hashes[0] == expected[0] and hashes[2:] == expected[2:]
    assert KEYS.hash_of("Zoë, 1 High Street") == hashes[2]
    assert hashes[1] == hmac.new(KEYS.hash_key, b"", hashlib.sha256).hexdigest()


def test_only_the_key_opens_a_payload(spark: SparkSession) -> None:
    (row,) = spark.range(1).select(KEYS.encrypt(F.lit(b"ann@example.org")).alias("payload")).collect()
    assert b"ann" not in bytes(row.payload)
    sealed = spark.createDataFrame([(row.payload,), (None,)], "payload binary")
    assert [one[0] for one in sealed.select(KEYS.decrypt(F.col("payload"))).collect()] == [b"ann@example.org", None]
    with_another_key = sealed.select(Privacy.of_secret("another").decrypt(F.col("payload")))
    assert [row[0] for row in with_another_key.collect()] == [None, None]


def test_keys_differ_by_purpose_and_secret() -> None:
    assert len({*vars(KEYS).values(), *vars(Privacy.of_secret("another")).values()}) == 4


def test_a_text_is_hashed_without_spark_which_takes_long_to_import() -> None:
    program = "import sys, streaming.replay.__main__; print('pyspark' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
