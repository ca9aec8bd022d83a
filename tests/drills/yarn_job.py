"""The smallest job for YARN that needs an executor and the lake: it counts the rows of bronze, and says who it is."""

from pyspark.sql import SparkSession

spark = SparkSession.builder.enableHiveSupport().getOrCreate()
rows = spark.table("bronze.events").repartition(2).count()
print(f"{rows} rows by {spark.sparkContext.sparkUser()} on {spark.sparkContext.master}")
spark.stop()
