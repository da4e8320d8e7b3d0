#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
#
# perf-multiply.py IN N OUT: a recording N times as long: its records again and again, each time ten
# seconds later, so that perf itself and other readers have a large one to work on. For files of perf
# record -g with sample_id_all.

import struct, sys

SHIFT = 10_000_000_000
src = open(sys.argv[1], "rb").read()
times = int(sys.argv[2])
size, attr_size = struct.unpack_from("<QQ", src, 8)
attrs, attrs_len, data, data_len = struct.unpack_from("<QQQQ", src, 24)
sample_type = struct.unpack_from("<Q", src, attrs + 24)[0]


def bits(*which):
    return sum(1 for b in which if sample_type & b)


before = 8 * bits(1 << 16, 1, 2)  # IDENTIFIER, IP, TID
behind = 8 * (1 + bits(64, 512, 128, 1 << 16))  # TIME and what follows it in a trailer
records, at = [], data
while at < data + data_len:
    kind, misc, n = struct.unpack_from("<IHH", src, at)
    place = None
    if kind == 9:
        place = 8 + before
    elif kind < 64:
        place = n - behind
    records.append((at, n, kind, place))
    at += n
with open(sys.argv[3], "wb") as out:
    head = bytearray(src[:data])
    out.write(head)
    total = 0
    for i in range(times):
        block = bytearray()
        for at, n, kind, place in records:
            if i and kind != 9 and kind != 68:  # what was mapped and named stays so
                continue
            r = bytearray(src[at:at + n])
            if place:
                t = struct.unpack_from("<Q", r, place)[0]
                if t:
                    struct.pack_into("<Q", r, place, t + i * SHIFT)
            block += r
        total += len(block)
        out.write(block)
    # The features, whose sections move.
    moved = total - data_len
    flags = int.from_bytes(src[72:104], "little")
    table = data + data_len
    for k in range(bin(flags).count("1")):
        o, n = struct.unpack_from("<QQ", src, table + 16 * k)
        out.write(struct.pack("<QQ", o + moved, n))
    out.write(src[table + 16 * bin(flags).count("1"):])
    out.seek(48)
    out.write(struct.pack("<Q", total))
