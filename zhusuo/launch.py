"""Become another program, one that the kernel ends as soon as its parent dies.

    python launch.py PARENT SIGNAL UID GID PROGRAM [ARGUMENT …]

A script of its own, because it has to happen between fork and exec, where a process with threads must not run Python.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def main(parent: int, death: int, uid: int, gid: int, argv: list[str]) -> None:
    if uid != os.geteuid():
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, death)  # not before setuid, which forgets it
    if os.getppid() != parent:
        raise SystemExit("the parent is gone already")
    os.execv(argv[0], argv)  # noqa: S606 - a fixed argument list, and no shell is wanted


if __name__ == "__main__":
    parent, death, uid, gid = map(int, sys.argv[1:5])
    main(parent, death, uid, gid, sys.argv[5:])
