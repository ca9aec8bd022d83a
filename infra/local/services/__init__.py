"""The services of the embedded platform."""

from common.settings import Settings
from infra.local.service import Service
from infra.local.services import flume, hdfs, kafka, postgres, thrift, yarn


def every(settings: Settings) -> list[Service]:
    """Return every service, the optional ones too; their configuration is rendered."""
    return [module.service(settings) for module in (postgres, kafka, hdfs, thrift, yarn, flume)]
