"""``leash.py SIGNAL PARENT COMMAND…``: become COMMAND, and get SIGNAL when PARENT dies.

The kernel delivers the signal even when the parent was ended by ``kill -9``, so a supervisor
never leaves its children behind. Run as a script, without the rest of Wufei: it costs 10 ms.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def die_with_parent(number: int = signal.SIGKILL) -> None:
    """Ask the kernel (Linux; elsewhere nothing happens) to signal us when our parent dies."""
    library = ctypes.CDLL(None)
    if hasattr(library, "prctl"):
        library.prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)


def main() -> None:
    number, parent, command = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
    die_with_parent(number)
    if os.getppid() != parent:
        # The parent died before the leash was on.
        sys.exit(1)
    # Python ignores SIGPIPE, and an ignored signal would stay ignored in the command.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    os.execvp(command[0], command)  # noqa: S606


if __name__ == "__main__":
    main()
