"""A proxy between the function and the local stack. It measures how long the stack takes."""

import dataclasses
import socket
import time
import urllib.parse

from wire import Server, Wire


@dataclasses.dataclass(frozen=True)
class Call:
    """A request to the stack. It lasts from its last byte to the last byte of the answer."""

    # The operation, such as `DynamoDB_20120810.GetItem`; empty without such a header.
    target: str
    nanoseconds: int


class Proxy(Server):
    """Forwards all requests to the stack at `endpoint`, unchanged."""

    def __init__(self, endpoint):
        stack = urllib.parse.urlsplit(endpoint)
        self.stack = stack.hostname, stack.port
        self.calls = []
        super().__init__()

    @property
    def endpoint(self):
        return f"http://{self.address}"

    def taken(self):
        """Returns the calls since it was last called."""
        calls, self.calls = self.calls, []
        return calls

    def serve(self, wire):
        with socket.create_connection(self.stack) as connection:
            stack = Wire(connection)
            while True:
                request = wire.message()
                began = time.perf_counter_ns()
                stack.send(request.raw)
                answer = stack.message()
                took = time.perf_counter_ns() - began
                # before the answer is sent, so that the call is recorded when the function answers
                self.calls.append(Call(request.headers.get("x-amz-target", ""), took))
                wire.send(answer.raw)
