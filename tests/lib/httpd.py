#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A real HTTP/1.1 server on loopback for tests: ranges, If-Range, ETags, and faults on request.

Prints its port (always a free one) as the first line of its output, and serves the directory ROOT.
Absolute-form requests ("GET http://host/path", as a proxy gets them) are answered from ROOT too and
logged with the word PROXY.

Faults come from a file that is read anew at every request, one rule a line; the first match counts:

    PATTERN MODE [ARG] [xN]      xN: only for the first N requests that match since the file was written

PATTERN is a shell pattern for the path ("*.tar.xz"). Modes:

    status CODE     answer with this status and a small HTML page
    redirect URL    302 to URL; {path} in it is the path asked for
    cut N           close the connection after N bytes of the body (default: half)
    reset N         the same with a TCP reset
    stall N         send N bytes, then nothing for ever
    slow RATE       slow-loris: RATE bytes a second (default 5), one at a time
    slowhead        the status line, byte by byte, two a second
    norange         ignore Range: 200 and the whole file
    badrange N      206 with a Content-Range that begins N bytes too late (default 1)
    badtotal N      206 with a total that is N too large (default 1)
    rangeerr        416 to every Range request
    length N        Content-Length is N larger than the file (negative: smaller)
    endless         no Content-Length, a body without end
    flip N          the byte at N is inverted (default: the middle)
    changed         another file of the same size: other bytes, other ETag
    etag TEXT       this ETag ("-": none)
    rate N          N bytes a second in all (kilobytes: 100k)

Example: httpd.py --log L --faults F ROOT & read -r port
"""
import argparse
import ctypes
import email.utils
import fnmatch
import http.server
import os
import signal
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time

LOCK = threading.Lock()
USED = {}


def size_arg(text, default):
    """A number with an optional k or m, or the default."""
    if not text:
        return default
    unit = {"k": 1024, "m": 1 << 20}.get(text[-1].lower(), 0)
    return int(text[:-1]) * unit if unit else int(text)


def find_fault(path, faults):
    """The first rule of the fault file that matches and is not used up: (mode, arg)."""
    if not faults or not os.path.exists(faults):
        return None, None
    written = os.stat(faults).st_mtime_ns
    with LOCK, open(faults, encoding="utf-8") as rules:
        for line in rules:
            words = line.split()
            if len(words) < 2 or words[0].startswith("#") or not fnmatch.fnmatch(path, words[0]):
                continue
            if words[-1][0] == "x" and words[-1][1:].isdigit():
                used = USED.get((written, line), 0)
                if used >= int(words[-1][1:]):
                    continue
                USED[(written, line)] = used + 1
                words.pop()
            return words[1], words[2] if len(words) > 2 else None
    return None, None


class Handler(http.server.BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"
    options = None

    def log_message(self, format, *args):  # pylint: disable=redefined-builtin
        pass

    def note(self, status, sent):
        """One line of the log: METHOD PATH RANGE STATUS BYTES [PROXY]."""
        if not self.options.log:
            return
        with LOCK, open(self.options.log, "a", encoding="utf-8") as log:
            log.write(f"{self.command} {self.local} {self.headers.get('Range', '-')} {status} {sent}"
                      f"{' PROXY' if self.proxied else ''}\n")

    def do_HEAD(self):
        """The same without a body."""
        self.do_GET()

    def do_GET(self):
        """Finds the file and the fault, answers."""
        path = self.path
        self.proxied = path.startswith(("http://", "https://"))
        if self.proxied:
            path = "/" + path.split("/", 3)[3]
        self.local = path.split("?")[0]
        mode, arg = find_fault(self.local, self.options.faults)
        if mode == "status":
            return self.page(int(arg))
        if mode == "redirect":
            return self.page(302, arg.replace("{path}", self.local))
        name = os.path.realpath(os.path.join(self.options.root, self.local.lstrip("/")))
        inside = name.startswith(os.path.realpath(self.options.root) + os.sep)
        if not inside or not os.path.isfile(name):
            return self.page(404)
        if mode == "slowhead":
            return self.trickle(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 2)
        return self.send_file(name, mode, arg)

    def page(self, code, location=None):
        """A small HTML page, as error pages of mirrors are."""
        body = f"<html><body><h1>{code}</h1></body></html>\n".encode()
        self.send_response(code)
        if location:
            self.send_header("Location", location)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.note(code, len(body))
        if self.command != "HEAD":
            self.wfile.write(body)

    def trickle(self, data, rate):
        """Byte by byte."""
        self.close_connection = True
        try:
            for i in range(len(data)):
                self.wfile.write(data[i:i + 1])
                self.wfile.flush()
                time.sleep(1 / rate)
        except OSError:
            pass
        self.note("slow", len(data))

    def want_range(self, size, etag, modified):
        """The first byte asked for, when the Range applies; None: the whole file."""
        text = self.headers.get("Range", "")
        if not text.startswith("bytes=") or "-" not in text:
            return None
        condition = self.headers.get("If-Range")
        if condition and condition not in (etag, modified):
            return None
        first = text[6:].split("-")[0]
        return int(first) if first.isdigit() else max(0, size - int(text[7:]))

    def send_file(self, name, mode, arg):
        """The file with its headers, in whatever wrong way was asked for."""
        with open(name, "rb") as stream:
            data = stream.read()
        if mode == "flip":
            at = size_arg(arg, len(data) // 2)
            data = data[:at] + bytes([data[at] ^ 0xff]) + data[at + 1:]
        if mode == "changed":
            data = bytes(b ^ 0x55 for b in data)
        info = os.stat(name)
        etag = f'"{info.st_mtime_ns:x}-{len(data):x}{"c" if mode == "changed" else ""}"'
        if mode == "etag":
            etag = None if arg == "-" else arg
        modified = email.utils.formatdate(info.st_mtime, usegmt=True)
        first = None if mode in ("norange", "endless") else self.want_range(len(data), etag, modified)
        if first is not None and (first >= len(data) or mode == "rangeerr"):
            return self.page(416)
        self.headers_of(first, len(data), etag, modified, (mode, arg))
        if self.command == "HEAD":
            return self.note(200 if first is None else 206, 0)
        body = data[first or 0:]
        # Who has the last byte finds the request in the log: it is written down before that.
        last = body[-1:] if mode in (None, "rate") else b""
        try:
            sent = self.body(body[:len(body) - len(last)], mode, arg) + len(last)
        except OSError:
            sent = -1
        self.note(200 if first is None else 206, sent)
        if last and sent >= 0:
            self.wfile.write(last)
        return None

    def headers_of(self, first, size, etag, modified, fault):
        """Status line and headers."""
        mode, arg = fault
        self.send_response(200 if first is None else 206)
        if first is not None:
            shift = size_arg(arg, 1) if mode == "badrange" else 0
            total = size + (size_arg(arg, 1) if mode == "badtotal" else 0)
            self.send_header("Content-Range", f"bytes {first + shift}-{size - 1}/{total}")
        if mode == "endless":
            self.send_header("Connection", "close")
        else:
            extra = size_arg(arg, 1) if mode == "length" else 0
            self.send_header("Content-Length", str(size - (first or 0) + extra))
        self.send_header("Last-Modified", modified)
        self.send_header("Accept-Ranges", "bytes")
        if etag:
            self.send_header("ETag", etag)
        self.end_headers()

    def body(self, data, mode, arg):
        """Sends the body; returns how much of it went out."""
        if mode in ("cut", "reset", "stall"):
            return self.broken(data[:size_arg(arg, len(data) // 2)], mode)
        if mode == "length":
            self.close_connection = True
        if mode == "slow":
            self.trickle(data, size_arg(arg, 5))
            return len(data)
        if mode == "endless":
            self.close_connection = True
            self.wfile.write(data)
            while True:
                self.wfile.write(b"\0" * 65536)
        if mode == "rate":
            rate = size_arg(arg, 100000)
            for at in range(0, len(data), max(1, rate // 20)):
                self.wfile.write(data[at:at + max(1, rate // 20)])
                time.sleep(0.05)
            return len(data)
        self.wfile.write(data)
        return len(data)

    def broken(self, data, mode):
        """Sends a part and then closes, resets or hangs."""
        self.close_connection = True
        self.wfile.write(data)
        self.wfile.flush()
        if mode == "stall":
            self.connection.settimeout(None)
            while self.connection.recv(4096):  # until the client goes away
                pass
        if mode == "reset":
            time.sleep(0.2)  # lets the client read what was sent before the reset
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
        return len(data)


class Server(http.server.ThreadingHTTPServer):
    """A thread a connection; broken connections are what we are here for, so no tracebacks."""

    daemon_threads = True

    def handle_error(self, request, client_address):
        pass


def make_ca(where):
    """A throw-away CA (ca.pem) and a certificate for 127.0.0.1 and localhost (server.pem)."""
    os.makedirs(where, exist_ok=True)

    def openssl(*args):
        subprocess.run(["openssl", *args], cwd=where, check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)

    new = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    openssl("req", "-x509", *new, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=throw-away")
    openssl("req", *new, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=localhost")
    with open(os.path.join(where, "ext"), "w", encoding="ascii") as ext:
        ext.write("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
    openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
            "-extfile", "ext", "-out", "server.crt")
    with open(os.path.join(where, "server.pem"), "wb") as pem:
        for part in ("server.key", "server.crt"):
            with open(os.path.join(where, part), "rb") as stream:
                pem.write(stream.read())


def main():
    """Parses options, prints the port, serves for ever."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root", metavar="ROOT", nargs="?", default=".", help="directory to serve")
    parser.add_argument("--log", metavar="FILE", help="append one line a request")
    parser.add_argument("--faults", metavar="FILE", help="rules, read at every request")
    parser.add_argument("--tls", metavar="PEM", help="serve HTTPS with this key and certificate")
    parser.add_argument("--make-ca", metavar="DIR", help="make DIR/ca.pem and DIR/server.pem, and end")
    parser.add_argument("--die-with-parent", action="store_true", help="end when the process that started us ends")
    options = parser.parse_args()
    if options.make_ca:
        make_ca(options.make_ca)
        return
    if options.die_with_parent:
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)
    Handler.options = options
    server = Server(("127.0.0.1", 0), Handler)
    if options.tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(options.tls)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    print(server.server_address[1], flush=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    server.serve_forever()


if __name__ == "__main__":
    main()
