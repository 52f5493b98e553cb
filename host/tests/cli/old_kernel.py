"""Runs a program as on a kernel that lacks some of what whale-host uses: the calls fail as they do there.

    old_kernel.py landlock,seccomp PROGRAM ARGUMENT ..
"""

import ctypes
import errno
import os
import platform
import struct
import sys

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
LOAD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, FAIL = 0x7FFF0000, 0x00050000
NUMBER, FIRST_ARGUMENT = 0, 16  # Places in what a filter looks at.

LANDLOCK = 444  # landlock_create_ruleset, everywhere.
SECCOMP, PRCTL = {"x86_64": (317, 157), "aarch64": (277, 167)}[platform.machine()]

UNSHARE = {"x86_64": 272, "aarch64": 97}[platform.machine()]

filters = {
    "namespaces": [(LOAD, 0, 0, NUMBER), (JUMP_IF_EQUAL, 0, 1, UNSHARE), (RETURN, 0, 0, FAIL | errno.EPERM)],
    "landlock": [(LOAD, 0, 0, NUMBER), (JUMP_IF_EQUAL, 0, 1, LANDLOCK), (RETURN, 0, 0, FAIL | errno.ENOSYS)],
    "seccomp": [
        (LOAD, 0, 0, NUMBER), (JUMP_IF_EQUAL, 0, 1, SECCOMP), (RETURN, 0, 0, FAIL | errno.ENOSYS),
        (JUMP_IF_EQUAL, 0, 3, PRCTL),
        (LOAD, 0, 0, FIRST_ARGUMENT), (JUMP_IF_EQUAL, 0, 1, PR_SET_SECCOMP), (RETURN, 0, 0, FAIL | errno.EINVAL),
    ],
}

program = [step for name in sys.argv[1].split(",") for step in filters[name]] + [(RETURN, 0, 0, ALLOW)]
code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in program))
described = ctypes.create_string_buffer(struct.pack("HP", len(program), ctypes.addressof(code)))
libc = ctypes.CDLL(None, use_errno=True)
for call in [(PR_SET_NO_NEW_PRIVS, 1, 0), (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.addressof(described))]:
    if libc.prctl(call[0], ctypes.c_ulong(call[1]), ctypes.c_ulong(call[2]), 0, 0):
        sys.exit(f"prctl {call[0]}: {os.strerror(ctypes.get_errno())}")
os.execv(sys.argv[2], sys.argv[2:])
