#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""hostile-tars.py OUTDIR OUTSIDE: archives that try to get out of the directory they are unpacked
into, at OUTSIDE (an absolute path that holds `canary`, `dir/` and `dir/canary`) or through "..",
or to exhaust it. Each is written to OUTDIR/<name>.tar; the name's prefix says what must happen:
refuse- (exit 5 or 6, nothing left) or safe- (either, as long as nothing outside changes)."""
import io
import os
import sys
import tarfile

out, outside = sys.argv[1], sys.argv[2]
EVIL = b"evil\n"


def member(name, kind=tarfile.REGTYPE, link="", mode=0o644, data=b"", pax=None):
    t = tarfile.TarInfo(name)
    t.type, t.linkname, t.mode, t.size, t.mtime = kind, link, mode, len(data), 1000000000
    t.uid, t.gid = os.getuid(), os.getgid()
    if pax:
        t.pax_headers = pax
    return t, data


def f(name, **kw):
    return member(name, data=kw.pop("data", EVIL), **kw)


def d(name, **kw):
    return member(name, tarfile.DIRTYPE, mode=kw.pop("mode", 0o755), **kw)


def s(name, to, **kw):
    return member(name, tarfile.SYMTYPE, to, 0o777, **kw)


def h(name, to):
    return member(name, tarfile.LNKTYPE, to)


def make(name, *members, fmt=tarfile.PAX_FORMAT):
    with tarfile.open(os.path.join(out, name + ".tar"), "w", format=fmt) as tar:
        for info, data in members:
            tar.addfile(info, io.BytesIO(data) if info.size else None)


def raw(name, *chunks):
    with open(os.path.join(out, name + ".tar"), "wb") as tar:
        for c in chunks:
            tar.write(c)


up = "../" * 12
make("refuse-dotdot", f("../canary"))
make("refuse-dotdot-inside", d("a"), f("a/../../canary"))
make("refuse-dotdot-last", d("a/.."))
make("refuse-absolute", f(outside + "/canary"))
make("refuse-symlink-dir-absolute", s("a", outside), f("a/canary"))
make("refuse-symlink-dir-relative", s("a", up + outside), f("a/canary"))
make("refuse-symlink-dir-chain", s("a", "b"), s("b", "c"), s("c", outside), f("a/canary"))
make("refuse-symlink-dir-implied", s("a", outside), f("a/new/deep/file"))
make("refuse-symlink-file-overwrite", s("a", outside + "/canary"), f("a"))
make("refuse-hardlink-absolute", h("a", outside + "/canary"), f("a"))
make("refuse-hardlink-dotdot", h("a", up + outside + "/canary"), f("a"))
make("refuse-hardlink-via-symlink", s("a", outside), h("b", "a/canary"))
make("safe-hardlink-to-symlink", s("a", outside + "/canary"), h("b", "a"))
make("refuse-hardlink-to-symlink-write", s("a", outside + "/canary"), h("b", "a"), f("b"))
make("refuse-hardlink-to-nothing", h("a", "nothing"))
make("refuse-hardlink-to-dir", d("dir"), h("a", "dir"))
make("refuse-hardlink-later", h("a", "b"), f("b"))
make("refuse-dir-swapped-for-symlink", d("a"), f("a/one"), s("a", outside), f("a/canary"))
make("refuse-symlink-swapped-for-dir", s("a", outside + "/dir"), d("a", mode=0o777))
make("refuse-symlink-then-dir-slash", s("a", outside + "/dir"), d("a/", mode=0o777), f("a/canary"))
make("safe-chmod-via-symlink", d("p"), s("p/a", outside + "/dir"), d("q", mode=0o700))
make("refuse-symlink-xattr", s("a", outside + "/canary", pax={"SCHILY.xattr.user.evil": "1"}))
make("refuse-xattr-via-symlink", s("a", outside + "/canary"), f("a", pax={"SCHILY.xattr.user.evil": "1"}))
make("refuse-twice", f("a"), f("a"))
make("refuse-file-then-dir", f("a"), d("a"))
make("refuse-dir-then-file", d("a"), f("a"))
make("refuse-file-as-parent", f("a"), f("a/b"))
make("safe-dir-twice", d("a", mode=0o700), d("a", mode=0o711), f("a/b"))
make("refuse-root-is-a-file", f("./"))
make("refuse-root-is-a-link", s(".", outside), f("canary"))
make("refuse-name-too-long", f("n" * 300))
make("safe-long-path", f("/".join("d%02d" % i + "x" * 60 for i in range(80)) + "/file"))
make("safe-deep", f("/".join("d%d" % i for i in range(100)) + "/file"))
make("refuse-too-deep", f("/".join("d" for i in range(2000)) + "/file"))
make("safe-newline-name", f("a\nb"), f("c\x1b[31md"))
make("safe-gnu-bytes", f("caf\udce9"), f("\udcff\udcfe"), fmt=tarfile.GNU_FORMAT)
make("safe-ghost-mode", f("a", mode=0o7777), d("b", mode=0o1777))

# A pax header of 40 MB.
make("refuse-huge-pax", f("a", pax={"comment": "x" * (40 << 20)}))
make("refuse-huge-path", f("a", pax={"path": "y/" * (1 << 20)}))
# A pax header that overrides the harmless name in the ustar header.
make("refuse-pax-path", f("harmless", pax={"path": "../canary"}))
make("refuse-pax-linkpath", (s("a", "harmless", pax={"linkpath": outside})), f("a/canary"))
make("refuse-pax-size", f("a", pax={"size": "99999999999999"}))

whole = io.BytesIO()
with tarfile.open(fileobj=whole, mode="w", format=tarfile.GNU_FORMAT) as tar:
    for i in range(20):
        info, data = f("file%d" % i, data=os.urandom(3000))
        tar.addfile(info, io.BytesIO(data))
whole = whole.getvalue()
raw("refuse-truncated-data", whole[:512 + 1000])
raw("refuse-truncated-header", whole[:512 * 7 + 100])
raw("refuse-no-tar", b"this is no archive\n" * 1000)
raw("refuse-empty")
flipped = bytearray(whole)
flipped[512 * 7 + 3] ^= 0x40
raw("refuse-flipped-header", bytes(flipped))


def gnu_sparse(name, real):
    """An old-GNU sparse header: one byte at the end of a hole of `real` bytes."""
    t = tarfile.TarInfo(name)
    t.size, t.type, t.mode = 512, tarfile.GNUTYPE_SPARSE, 0o644
    t.uid, t.gid = os.getuid(), os.getgid()
    buf = bytearray(t.tobuf(tarfile.GNU_FORMAT))

    def number(value):
        return b"\x80" + value.to_bytes(11, "big")
    buf[386:386 + 12] = number(real - 512)
    buf[398:398 + 12] = number(512)
    buf[483:483 + 12] = number(real)
    buf[148:156] = b" " * 8
    buf[148:156] = b"%06o\0 " % sum(buf)
    return bytes(buf) + b"z" * 512 + bytes(1024)


# The test limits the size to 1 GiB.
raw("refuse-sparse-bomb", gnu_sparse("bomb", 10 << 30))
raw("safe-sparse", gnu_sparse("sparse", 64 << 20))
