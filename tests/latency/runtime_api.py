"""The Lambda Runtime API for one process of a function, one event at a time."""

import dataclasses
import queue
import time
import uuid

from wire import Server

# The time-out of API Gateway, in seconds.
PATIENCE = 30.0
NEXT = "GET /2018-06-01/runtime/invocation/next "
ANSWERED = "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n".encode()


@dataclasses.dataclass(frozen=True)
class Answer:
    """A process's answer to an event. The event was sent from `began` on, and the answer's last byte
    was read at `ended`; both are nanoseconds of this machine's clock.
    """

    began: int
    ended: int
    # Whether it is a response and not an error.
    good: bool
    body: bytes


class Silent(Exception):
    """The process did not poll, or did not answer."""


class RuntimeApi(Server):
    def __init__(self, function_arn):
        self.function_arn = function_arn
        self.polls, self.events, self.answers = queue.Queue(), queue.Queue(), queue.Queue()
        self.began = 0
        super().__init__()

    def polled(self):
        """Returns when the process asked for the next event. It gets none before `invoke`."""
        return self.waited(self.polls)

    def invoke(self, event):
        """Sends an event to a process that has polled, and returns the answer."""
        self.events.put(event)
        return self.waited(self.answers)

    def waited(self, results):
        try:
            return results.get(timeout=PATIENCE)
        except queue.Empty:
            raise Silent(f"the function was silent for {PATIENCE:g} s") from None

    def serve(self, wire):
        while True:
            request = wire.message()
            now = time.perf_counter_ns()
            if request.first_line.startswith(NEXT):
                self.polls.put(now)
                sent = self.invocation(self.events.get())
                self.began = time.perf_counter_ns()
                wire.send(sent)
            else:
                good = request.first_line.split()[1].endswith("/response")
                self.answers.put(Answer(self.began, now, good, request.body))
                wire.send(ANSWERED)

    def invocation(self, event):
        lines = [
            "HTTP/1.1 200 OK",
            "Content-Type: application/json",
            f"Content-Length: {len(event)}",
            f"Lambda-Runtime-Aws-Request-Id: {uuid.uuid4()}",
            f"Lambda-Runtime-Deadline-Ms: {int((time.time() + PATIENCE) * 1000)}",
            f"Lambda-Runtime-Invoked-Function-Arn: {self.function_arn}",
        ]
        return "\r\n".join([*lines, "", ""]).encode() + event
