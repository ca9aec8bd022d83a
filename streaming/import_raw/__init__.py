"""Files of the raw zone of HDFS, a line of which is one event, to Kafka."""
