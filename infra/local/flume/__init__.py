"""Flume: log files to Kafka, spooled files to HDFS, and the watch over what its sources cannot see by themselves."""
