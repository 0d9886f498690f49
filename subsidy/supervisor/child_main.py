"""First thing in every child process: run a module, and end with the supervisor.

Usage: python -m subsidy.supervisor.child_main MODULE [ARGUMENT …]

Standard input is a pipe whose other end only the supervisor holds. When it closes, the
supervisor is gone without having stopped us (killed, or the machine ran out of memory); then this
process group ends itself, so that no process and no busy port is left behind.
"""

import os
import runpy
import signal
import sys
import threading
import time

GRACE_SECONDS = 6


def main(argv: list[str]) -> None:
    """Run the module named first in `argv` as `__main__` with the rest as its arguments."""
    threading.Thread(target=_end_with_supervisor, daemon=True).start()
    module, *arguments = argv
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _end_with_supervisor() -> None:
    while os.read(0, 1):
        pass
    os.killpg(os.getpgrp(), signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    os.killpg(os.getpgrp(), signal.SIGKILL)


if __name__ == "__main__":
    main(sys.argv[1:])
