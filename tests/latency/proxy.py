"""What stands between the function and the local stack, and tells how long the stack takes."""

import dataclasses
import socket
import time
import urllib.parse

from wire import Server, Wire


@dataclasses.dataclass(frozen=True)
class Call:
    """A request to the stack. Nanoseconds, from its last byte to the last byte of the answer."""

    # The operation, such as `DynamoDB_20120810.GetItem`; empty where there is no such header.
    target: str
    nanoseconds: int


class Proxy(Server):
    """Hands on to the stack at `endpoint` whatever comes, as it is."""

    def __init__(self, endpoint):
        stack = urllib.parse.urlsplit(endpoint)
        self.stack = stack.hostname, stack.port
        self.calls = []
        super().__init__()

    @property
    def endpoint(self):
        return f"http://{self.address}"

    def taken(self):
        """The calls since the last time."""
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
                # Before it is sent on, so that it is there when the function has answered.
                self.calls.append(Call(request.headers.get("x-amz-target", ""), took))
                wire.send(answer.raw)
