#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""on-tty INPUT CMD...: runs a command on a new terminal of 33 lines and 99 columns.

INPUT (with \\n, \\x03 ... as in Python) is typed once the command has printed "ready". Prints what
appears, then "status N" as shells have it and whether the terminal's settings are as before.
"""
import codecs
import fcntl
import os
import pty
import signal
import struct
import sys
import termios


def main():
    typed = codecs.decode(sys.argv[1], 'unicode_escape').encode('latin-1')
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack('HHHH', 33, 99, 0, 0))
    before = termios.tcgetattr(follower)
    pid = os.fork()
    if pid == 0:
        os.close(leader)
        os.login_tty(follower) if hasattr(os, 'login_tty') else login(follower)
        os.execvp(sys.argv[2], sys.argv[2:])
    signal.alarm(30)
    seen, status = b'', None
    os.set_blocking(leader, False)
    while status is None:
        done, code = os.waitpid(pid, os.WNOHANG)
        if done:
            status = code
        try:
            chunk = os.read(leader, 65536)
        except BlockingIOError:
            chunk = b''
            if status is None:
                signal.sigtimedwait([signal.SIGCHLD], 0.02)
        seen += chunk
        if typed and b'ready' in seen:
            if typed.startswith(b'RESIZE'):
                fcntl.ioctl(leader, termios.TIOCSWINSZ, struct.pack('HHHH', 44, 111, 0, 0))
                typed = typed[6:]
            os.write(leader, typed)
            typed = b''
    same = termios.tcgetattr(follower) == before
    sys.stdout.write(seen.decode(errors='replace').replace('\r\n', '\n'))
    code = 128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
    print('\nstatus', code, 'terminal', 'same' if same else 'changed')


def login(fd):
    os.setsid()
    fcntl.ioctl(fd, termios.TIOCSCTTY, 0)
    for i in range(3):
        os.dup2(fd, i)


main()
