"""An HTTP server on loopback that answers each path in its own bad way, byte by byte."""

import socket
import socketserver
import threading
import time
from contextlib import contextmanager

PICTURE = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 8
JPEG = b"Content-Type: image/jpeg\r\n"


def answer(body=PICTURE, headers=JPEG, status=b"200 OK"):
    length = b"Content-Length: %d\r\n" % len(body)
    return b"HTTP/1.1 " + status + b"\r\n" + headers + length + b"\r\n" + body


def redirect(location, status=b"302 Found"):
    return answer(b"", b"Location: " + location.encode() + b"\r\n", status)


class _Handler(socketserver.BaseRequestHandler):
    def handle(self):
        self.request.settimeout(5)
        asked = b""
        try:
            if self.server.context is not None:
                self.request = self.server.context.wrap_socket(self.request, server_side=True)
            while b"\r\n\r\n" not in asked:
                asked += self.request.recv(65536) or b"\r\n\r\n"
            path = asked.split(b" ")[1].decode() if asked.count(b" ") > 1 else ""
            with self.server.lock:
                self.server.asked.append((path, asked.decode("latin-1")))
                count = sum(p == path for p, _ in self.server.asked)
            for part in self.server.behave(path, count):
                self.request.sendall(part)
        except OSError:
            pass  # the client has gone, as it should
        finally:
            self.request.close()


class Server(socketserver.ThreadingTCPServer):
    """``behave(path, how often it was asked for)`` yields the bytes of the answer."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, behave, context=None):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.behave, self.context, self.lock = behave, context, threading.Lock()
        self.asked = []

    @property
    def port(self):
        return self.server_address[1]

    def handle_error(self, request, client_address):
        """A client that hangs up is what most tests are about."""


@contextmanager
def serving(behave, context=None):
    with Server(behave, context) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def drip(data, seconds=0.05):
    """Yield a byte at a time."""
    for number in data:
        yield bytes([number])
        time.sleep(seconds)


def endless(part):
    while True:
        yield part


@contextmanager
def silent_port():
    """A port that accepts connections and never says a word."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]
