"""What can be wrong with a frame."""

from enum import StrEnum


class Reason(StrEnum):
    """Why a frame cannot be read; the values are stored, so they stay."""

    CHECKSUM = "checksum"
    ESCAPE = "escape"
    LENGTH = "length"
    HEADER = "header"
    BODY = "body"
    OVERSIZED = "oversized"
    ENCRYPTED = "encrypted"


class Malformed(ValueError):
    """The only error that reading a frame raises."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail
