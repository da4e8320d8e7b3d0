#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""terminal COLUMNS CMD...: runs a command on a new terminal that is so wide; prints what it sends there, and ends with its status.

A progress line is cut out where it is drawn over: what stays on the screen is shown, sequences of colour included.
"""
import fcntl
import os
import pty
import struct
import sys
import termios


def main():
    ready, go = os.pipe()
    pid, fd = pty.fork()
    if pid == 0:
        os.close(go)
        os.read(ready, 1)
        os.execvp(sys.argv[2], sys.argv[2:])
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack('HHHH', 50, int(sys.argv[1]), 0, 0))
    os.close(go)
    out = b''
    while True:
        try:
            data = os.read(fd, 65536)
        except OSError:
            break
        if not data:
            break
        out += data
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    text = out.decode(errors='replace').replace('\r\n', '\n')
    sys.stdout.write('\n'.join(line.split('\r')[-1].removeprefix('\x1b[K') for line in text.split('\n')))
    sys.exit(status if status >= 0 else 128 - status)


main()
