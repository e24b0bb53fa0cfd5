import socket
import threading
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinakes.media.frames import Frame, receive, send


@pytest.fixture
def ends():
    a, b = socket.socketpair()
    with a, b:
        yield a, b


@settings(max_examples=30)
@given(st.dictionaries(st.text(), st.integers() | st.text() | st.none()), st.binary(max_size=1000))
def test_what_is_sent_is_received(header, body):
    a, b = socket.socketpair()
    with a, b:
        send(a, Frame(header, body))
        assert receive(b) == Frame(header, bytearray(body))


def test_a_body_that_no_buffer_holds(ends):
    a, b = ends
    body = bytes(range(256)) * 2**14
    sender = threading.Thread(target=send, args=(a, Frame({"n": 1}, body)))
    sender.start()
    assert receive(b, time.monotonic() + 5).body == body
    sender.join()


def test_frames_follow_one_another(ends):
    a, b = ends
    for i in range(3):
        send(a, Frame({"i": i}, bytes(i)))
    assert [receive(b).header["i"] for _ in range(3)] == [0, 1, 2]


def test_the_end_of_the_other_side(ends):
    a, b = ends
    a.sendall(b"\0\0\0\x05")  # gone in the middle of a frame
    a.close()
    with pytest.raises(EOFError):
        receive(b)


def test_a_deadline(ends):
    _, b = ends
    start = time.monotonic()
    with pytest.raises(TimeoutError):
        receive(b, start + 0.05)
    assert time.monotonic() - start < 1
    with pytest.raises(TimeoutError):
        receive(b, start)  # already past


def test_a_slow_sender_cannot_stretch_the_deadline(ends):
    a, b = ends
    stop = threading.Event()

    def drip():
        while not stop.wait(0.02):
            a.sendall(b"\0")

    sender = threading.Thread(target=drip)
    sender.start()
    try:
        with pytest.raises(TimeoutError):
            receive(b, time.monotonic() + 0.15)
    finally:
        stop.set()
        sender.join()
