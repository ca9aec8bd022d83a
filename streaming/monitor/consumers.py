"""How far the Kafka consumers of a query have come, as they themselves count.

A query in real time reports where it is when its batch of minutes ends. Its consumers know at any time how many records
of a partition they have not been given yet; where the driver is the executor too, as in local mode, they are asked.
"""

import math

from pyspark.sql import SparkSession

BEANS = "kafka.consumer:type=consumer-fetch-manager-metrics,client-id=consumer-{group}-*,topic=*,partition=*"


def lags(spark: SparkSession, group: str) -> dict[str, dict[int, int]]:
    """Return the records that wait by topic and partition; those of which nothing was read yet are left out.

    Args:
        group: how the group ids of the query's consumers begin.
    """
    java = spark._jvm
    assert java is not None
    server = java.java.lang.management.ManagementFactory.getPlatformMBeanServer()
    found: dict[str, dict[int, int]] = {}
    for bean in server.queryNames(java.javax.management.ObjectName(BEANS.format(group=group)), None):
        lag = float(server.getAttribute(bean, "records-lag"))
        if not math.isnan(lag):
            topic, part = bean.getKeyProperty("topic"), int(bean.getKeyProperty("partition"))
            waiting = found.setdefault(topic, {})
            waiting[part] = max(int(lag), waiting.get(part, 0))
    return found
