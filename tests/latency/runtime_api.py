"""The Lambda Runtime API, for one process of a function: an event at a time."""

import dataclasses
import queue
import time
import uuid

from wire import Server

# As long as API Gateway waits.
PATIENCE = 30.0
NEXT = "GET /2018-06-01/runtime/invocation/next "
ANSWERED = "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n".encode()


@dataclasses.dataclass(frozen=True)
class Answer:
    """What a process made of an event, and when, in nanoseconds of this machine's clock: the event
    was sent from `began` on, and at `ended` the answer's last byte was read.
    """

    began: int
    ended: int
    # Whether it came as an answer, not as an error.
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
        """When the process asked for the next event. It gets none before `invoke`."""
        return self.waited(self.polls)

    def invoke(self, event):
        """The answer to an event, of a process that has polled."""
        self.events.put(event)
        return self.waited(self.answers)

    def waited(self, told):
        try:
            return told.get(timeout=PATIENCE)
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
