"""`sargas`, run by a process that has imported it already: the same program, without seconds of imports each time.

    python forked.py SOCKET

Each connection brings a command: its words, folder, environment and open files. It runs in a fork of its own, as it
would by itself, and the exit code goes back. The shim that asks for it is `SHIM`.
"""

import gc
import json
import os
import signal
import socket
import sys
import traceback
from collections.abc import Callable

SHIM = """#!{python} -IS
import json, os, socket, sys
if "PYTHONPATH" in os.environ:  # other modules than those that were imported
    os.execv({real!r}, sys.argv)
asked = socket.socket(socket.AF_UNIX)
asked.connect({address!r})
told = json.dumps([sys.argv, os.getcwd(), dict(os.environ)]).encode()
socket.send_fds(asked, [len(told).to_bytes(4, "big")], [0, 1, 2])
asked.sendall(told)
sys.exit(int(asked.recv(16) or b"70"))
"""


def serve(address: str, main: Callable[[], None]) -> None:
    """Run `main` in a fork for every command that comes in, until killed."""
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(address)
    listening.listen(16)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    gc.freeze()
    print("ready", flush=True)
    while True:
        asked, _ = listening.accept()
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            listening.close()
            asked.sendall(str(run(asked, main)).encode())
            os._exit(0)
        asked.close()


def run(asked: socket.socket, main: Callable[[], None]) -> int:
    """Return the exit code of one command, in this process."""
    head, files, _, _ = socket.recv_fds(asked, 4, 3)
    told = b""
    while len(told) < int.from_bytes(head, "big"):
        told += asked.recv(1 << 16)
    sys.argv, folder, environment = json.loads(told)
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    code: object = 0
    try:
        main()
    except SystemExit as ended:
        code = ended.code
    except BaseException:  # noqa: BLE001 - what would have ended the program with its traceback
        traceback.print_exc()
        code = 1
    for stream in (sys.stdout, sys.stderr):
        if not stream.closed:
            stream.flush()
    return code if isinstance(code, int) else 0 if code is None else 1


if __name__ == "__main__":
    import sargas.app.desks
    import sargas.app.exercise
    import sargas.app.reading
    import sargas.app.scoring
    import sargas.app.watching
    import sargas.share.dossier_pdf  # noqa: F401
    from sargas.cli.main import main

    serve(sys.argv[1], main)
