"""Bodies larger than any upload may be end at the door: Django would first put them on the disk."""

from collections.abc import Awaitable, Callable
from typing import Any

Message = Any
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Any, Receive, Send], Awaitable[None]]

# A form around the file: fields, boundaries.
FORM_BYTES = 2_500_000
# So much more is read and thrown away, since a browser shows an answer only when it has sent all.
DRAIN_FACTOR = 5
_TEXT = (
    "文件过大：单个文件上限为 {mb} MB，请拆分后重新上传。"
    "This upload is too large: one file may have {mb} MB. Split it and send it again."
)


class BodyLimit:
    """ASGI application that refuses (413) what is too large for ``application``."""

    def __init__(self, application: Application, upload_mb_max: int) -> None:
        self.application = application
        self.text = _TEXT.format(mb=upload_mb_max).encode()
        self.bytes_max = upload_mb_max * 1_000_000 + FORM_BYTES

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.application(scope, receive, send)
            return
        if (declared := _declared(scope)) > self.bytes_max:
            if declared <= self.bytes_max * DRAIN_FACTOR:
                await _drain(receive)
            await self._refuse(send)
            return
        seen, answered = 0, False

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            return message if seen <= self.bytes_max else {"type": "http.disconnect"}

        async def noted(message: Message) -> None:
            nonlocal answered
            answered = True
            await send(message)

        await self.application(scope, counted, noted)
        if seen > self.bytes_max and not answered:
            await self._refuse(send)

    async def _refuse(self, send: Send) -> None:
        headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
        await send({"type": "http.response.start", "status": 413, "headers": headers})
        await send({"type": "http.response.body", "body": self.text})


def _declared(scope: Any) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0


async def _drain(receive: Receive) -> None:
    while True:
        message = await receive()
        if message["type"] != "http.request" or not message.get("more_body"):
            return
