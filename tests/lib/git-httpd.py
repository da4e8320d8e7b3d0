#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""git-httpd.py ROOT: the repositories below ROOT over HTTP on loopback, by git's own http-backend.

Prints its port as the first line of its output; ends with its parent. A file ROOT/.cut with a number in
it closes the next connection that transfers a pack after so many bytes, once; what begins with /private/
wants a password that nobody has.
"""
import ctypes
import http.server
import os
import signal
import subprocess
import sys


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.0"

    def log_message(self, *args):
        pass

    def environment(self, path, query):
        env = {k: os.environ[k] for k in ("PATH", "HOME") if k in os.environ}
        env.update(GIT_PROJECT_ROOT=ROOT, GIT_HTTP_EXPORT_ALL="1", PATH_INFO=path, QUERY_STRING=query,
                   REQUEST_METHOD=self.command, REMOTE_ADDR="127.0.0.1", GATEWAY_INTERFACE="CGI/1.1",
                   CONTENT_TYPE=self.headers.get("Content-Type", ""),
                   CONTENT_LENGTH=self.headers.get("Content-Length", ""),
                   HTTP_CONTENT_ENCODING=self.headers.get("Content-Encoding", ""),
                   GIT_PROTOCOL=self.headers.get("Git-Protocol", ""),
                   GIT_CONFIG_COUNT="1", GIT_CONFIG_KEY_0="safe.directory", GIT_CONFIG_VALUE_0="*")
        return env

    def body(self):
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        data = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            data += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return data

    def answer(self):
        path, _, query = self.path.partition("?")
        if path.startswith("/private/"):
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="nobody"')
            self.end_headers()
            return
        env, body = self.environment(path, query), self.body()
        env["CONTENT_LENGTH"] = str(len(body))
        out = subprocess.run(["git", "http-backend"], input=body, env=env, stdout=subprocess.PIPE, check=False).stdout
        head, _, rest = out.partition(b"\r\n\r\n")
        status, headers = 200, []
        for line in head.split(b"\r\n"):
            key, _, value = line.decode().partition(": ")
            if key.lower() == "status":
                status = int(value.split()[0])
            elif key:
                headers.append((key, value))
        self.send_response(status)
        for key, value in headers:
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(rest)))
        self.end_headers()
        self.wfile.write(rest[:self.cut()] if b"PACK" in rest else rest)

    def cut(self):
        try:
            with open(os.path.join(ROOT, ".cut"), encoding="ascii") as f:
                size = int(f.read())
            os.unlink(os.path.join(ROOT, ".cut"))
            return size
        except FileNotFoundError:
            return None

    do_GET = do_POST = answer


ROOT = os.path.abspath(sys.argv[1])
ctypes.CDLL(None).prctl(1, signal.SIGTERM)
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
