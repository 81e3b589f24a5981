import asyncio
from typing import Any

from wufei.hub.base.body_limit import BodyLimit

CHUNK = b"x" * 500_000


async def echo(scope, receive, send):
    """Stands for Django: reads all, then answers; says nothing to one who hung up."""
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        size, more = size + len(message["body"]), message["more_body"]
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(size).encode()})


def post(chunks, declared=None):
    """Status, text and how many of the chunks were taken."""
    left = [{"type": "http.request", "body": CHUNK, "more_body": n > 0} for n in range(chunks)]
    sent = []

    async def receive():
        return left.pop()

    async def send(message):
        sent.append(message)

    headers = [(b"content-length", str(declared).encode())] if declared else []
    scope = {"type": "http", "headers": headers}
    asyncio.run(BodyLimit(echo, upload_mb_max=1)(scope, receive, send))
    return sent[0]["status"], sent[1]["body"].decode(), chunks - len(left)


def test_what_is_small_enough_passes():
    assert post(4, declared=2_000_000) == (200, "2000000", 4)


def test_what_says_that_it_is_too_large_is_refused_with_the_cap():
    status, text, _taken = post(8, declared=4_000_000)
    assert status == 413
    assert "1 MB" in text
    assert "上限" in text


def test_what_is_much_too_large_is_not_even_read():
    assert post(100, declared=50_000_000)[2] == 0


def test_what_does_not_say_its_size_is_cut_off():
    status, _text, taken = post(100)
    assert status == 413
    assert taken == 8


def test_what_lies_about_its_size_is_cut_off():
    assert post(100, declared=10)[0] == 413


def test_other_connections_pass_by():
    seen = []

    async def application(scope, receive, send):
        seen.append(scope["type"])

    untouched: Any = None
    asyncio.run(BodyLimit(application, 1)({"type": "lifespan"}, untouched, untouched))
    assert seen == ["lifespan"]
