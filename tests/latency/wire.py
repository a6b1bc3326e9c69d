"""HTTP/1.1 over blocking sockets, with as little code as possible between them and the clock."""

import contextlib
import dataclasses
import socket
import threading

READ = 1 << 16


class Closed(Exception):
    """The other end has closed the connection."""


@dataclasses.dataclass(frozen=True)
class Message:
    """A request or an answer. `raw` is all of its bytes."""

    first_line: str
    headers: dict
    body: bytes
    raw: bytes


class Wire:
    """A connection that carries one message after the other."""

    def __init__(self, connection):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.connection, self.unread = connection, b""

    def message(self):
        """Returns the next message once its last byte has arrived."""
        head = self.until(b"\r\n\r\n")
        first_line, *lines = head.decode("latin-1").rstrip().split("\r\n")
        pairs = (line.split(":", 1) for line in lines)
        headers = {name.lower(): value.strip() for name, value in pairs}
        if headers.get("transfer-encoding") == "chunked":
            raw, body = self.chunks()
        else:
            raw = body = self.exactly(int(headers.get("content-length", 0)))
        return Message(first_line, headers, body, head + raw)

    def chunks(self):
        """Returns a chunked body, encoded and decoded. Trailers do not occur here."""
        raw, body = [], []
        while True:
            line = self.until(b"\r\n")
            chunk = self.exactly(int(line.split(b";")[0], 16) + 2)
            raw += [line, chunk]
            if len(chunk) == 2:
                return b"".join(raw), b"".join(body)
            body.append(chunk[:-2])

    def until(self, end):
        while end not in self.unread:
            self.receive()
        return self.taken(self.unread.index(end) + len(end))

    def exactly(self, count):
        while len(self.unread) < count:
            self.receive()
        return self.taken(count)

    def receive(self):
        received = self.connection.recv(READ)
        if not received:
            raise Closed
        self.unread += received

    def taken(self, count):
        taken, self.unread = self.unread[:count], self.unread[count:]
        return taken

    def send(self, raw):
        self.connection.sendall(raw)


class Server:
    """Listens on a free port of this machine. Each connection has a thread that runs `serve`."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        host, port = self.listener.getsockname()
        self.address = f"{host}:{port}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        # the listener was closed
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                threading.Thread(target=self.attend, args=[connection], daemon=True).start()

    def attend(self, connection):
        with connection, contextlib.suppress(Closed, ConnectionError):
            self.serve(Wire(connection))

    def close(self):
        # wakes the thread that accepts
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
