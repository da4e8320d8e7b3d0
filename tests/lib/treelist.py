#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""treelist.py DIR [--no-blocks] [--no-root]: one line for each file, with everything that an archive
can keep: kind, mode, owner, size, time in nanoseconds, device, target, attributes, hard link group,
allocated blocks, contents."""
import hashlib
import os
import stat
import sys

top = os.fsencode(sys.argv[1])
blocks = "--no-blocks" not in sys.argv
groups = {}


def line(path, rel):
    st = os.lstat(path)
    out = [repr(rel), oct(st.st_mode), st.st_uid, st.st_gid, st.st_mtime_ns]
    if stat.S_ISREG(st.st_mode):
        with open(path, "rb") as f:
            out += [st.st_size, hashlib.sha256(f.read()).hexdigest()[:16]]
        if blocks:
            out.append(st.st_blocks)
    elif stat.S_ISLNK(st.st_mode):
        out.append(os.readlink(path))
    elif stat.S_ISCHR(st.st_mode) or stat.S_ISBLK(st.st_mode):
        out += [os.major(st.st_rdev), os.minor(st.st_rdev)]
    for name in sorted(os.listxattr(path, follow_symlinks=False)):
        out.append((name, os.getxattr(path, name, follow_symlinks=False).hex()))
    if not stat.S_ISDIR(st.st_mode) and st.st_nlink > 1:
        out.append(("links", st.st_nlink, groups.setdefault((st.st_dev, st.st_ino), rel)))
    print(*out)


if "--no-root" not in sys.argv:
    line(top, b".")
for base, dirs, files in os.walk(top):
    dirs.sort()
    for name in sorted(dirs + files):
        path = os.path.join(base, name)
        line(path, os.path.relpath(path, top))
