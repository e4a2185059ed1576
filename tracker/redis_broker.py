"""Redis as the broker: kombu's, but a worker whose acknowledgement fails goes on to take messages.

Kombu 5.7 counts a message as in hand until Redis has taken its acknowledgement. With one message in hand at a
time, a Redis that does not answer for a second makes the worker deaf for good, without a word.
"""

from kombu.transport import redis, virtual


class QoS(redis.QoS):
    """Lets go of a message even when Redis cannot be told; at worst the hint comes a second time."""

    def ack(self, delivery_tag: str) -> None:
        """Acknowledge one message."""
        try:
            super().ack(delivery_tag)
        except self.channel.connection_errors:  # type: ignore[attr-defined]  # missing in the stubs
            virtual.QoS.ack(self, delivery_tag)
            raise


class Channel(redis.Channel):
    """Kombu's channel with the rule above."""

    QoS = QoS


class Transport(redis.Transport):
    """Kombu's Redis transport with the channel above."""

    Channel = Channel
