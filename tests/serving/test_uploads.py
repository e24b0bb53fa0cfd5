"""Forms: what they hold, as the usual clients write them, and what is refused."""

import asyncio

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.requests import Request

from pinakes.errors import MediaError
from pinakes.serving.errors import BodyError
from pinakes.serving.uploads import MAX_FIELD_BYTES, MAX_FILES, Form, Upload, read_form

FIELD = b'--x\r\nContent-Disposition: form-data; name="query"\r\n\r\n{}\r\n'
FILE = b'--x\r\ncontent-disposition: form-data; name="image"; filename="a.jpg"\r\nA: b\r\n\r\n'
END = b"\r\n--x--\r\n"


def read(body, kind="multipart/form-data; boundary=x", upload_bytes=1000):
    chunks = [body[start : start + 7] for start in range(0, len(body), 7)] or [b""]

    async def receive():
        return {"type": "http.request", "body": chunks.pop(0), "more_body": bool(chunks)}

    scope = {"type": "http", "method": "POST", "path": "/", "headers": [(b"content-type", kind.encode())]}
    return asyncio.run(read_form(Request(scope, receive), upload_bytes))


def test_fields_and_pictures_in_their_order():
    assert read(FIELD + FILE + b"\xff\r\n\0--y" + END) == Form(
        (("query", "{}"),), (Upload("image", b"\xff\r\n\0--y"),)
    )


def test_text_before_and_after_the_parts_is_left_out():
    assert read(b"hello\r\n" + FILE + b"1" + END + b"good bye").uploads == (Upload("image", b"1"),)


def test_a_file_input_that_nobody_filled_is_left_out():
    empty = b'--x\r\nContent-Disposition: form-data; name="image"; filename=""\r\n\r\n'
    assert read(empty + END) == Form((), ())
    assert read(FILE + END).uploads == (Upload("image", b""),)


@settings(max_examples=50, deadline=None)
@given(
    st.dictionaries(st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1), st.text()),
    st.lists(st.binary(max_size=300), min_size=1, max_size=4),
)
def test_what_a_client_writes_is_read(fields, contents):
    sent = httpx.Request(
        "POST", "http://a/", data=fields, files=[("image", ("a.jpg", content)) for content in contents]
    )
    form = read(sent.read(), sent.headers["content-type"])
    assert [upload.data for upload in form.uploads] == contents
    assert [value for _, value in form.fields] == list(fields.values())


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "boundary is not in it"),
        (b"junk", "boundary is not in it"),
        (FILE, "no end"),
        (FILE[:30], "no end"),
        (b"--x?" + FILE[3:] + END, "does not end its line"),
        (b"--x\r\nContent-Type: image/jpeg\r\n\r\n1" + END, "no name"),
        (b"--x\r\nContent-Disposition: form-data\r\n\r\n1" + END, "no name"),
        (b"--x\r\nA: " + b"b" * 10_000 + b"\r\n" + FILE[5:] + END, "no end"),
        (FIELD.replace(b"{}", b" " * (MAX_FIELD_BYTES + 1)) + END[2:], "the field 'query' has more than"),
        ((FILE + b"1\r\n") * (MAX_FILES + 1) + END[2:], "more than 8 files"),
        (FIELD * 65 + END[2:], "more than 64 fields"),
    ],
)
def test_what_is_no_form_is_refused(body, why):
    with pytest.raises(BodyError, match=why):
        read(body)


def test_without_a_boundary_nothing_is_read():
    with pytest.raises(BodyError, match="it has no boundary"):
        read(FILE + END, "multipart/form-data")


def test_a_picture_that_is_too_large_is_refused():
    with pytest.raises(MediaError, match="1,001 bytes, a picture may have 1,000 here"):
        read(FILE + bytes(1001) + END)
