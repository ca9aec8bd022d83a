"""What Kafka's client raises, in one line: not reaching Kafka is one thing, a failing client another."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from kafka.errors import BrokerResponseError, KafkaError

from common.errors import UserError
from common.settings import Settings


class UnreachableError(UserError):
    """Kafka does not answer, or refuses; it may pass."""


@contextmanager
def reaching(settings: Settings) -> Iterator[None]:
    """Turn what goes wrong between this process and Kafka into one line; the client's own log would bury it.

    Raises:
        UnreachableError: Kafka does not answer, or refuses.
        UserError: the client itself failed, as with a compression that it does not know.
    """
    logging.getLogger("kafka").setLevel(logging.CRITICAL)
    try:
        yield
    except KafkaError as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        if isinstance(error, BrokerResponseError) or error.retriable:
            raise UnreachableError(
                f"Kafka at {settings.kafka_bootstrap}: {reason}; start it with `make up`, or correct KAFKA_BOOTSTRAP"
            ) from None
        raise UserError(
            f"the Kafka client of this project failed, not Kafka: {reason}; `make setup` installs what it needs"
        ) from None
