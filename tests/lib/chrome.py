#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
#
# chrome.py FILE [STEP...]: opens a file in headless Chromium and drives it through a pipe (DevTools
# protocol), with real mouse and keyboard events. Prints one line of JSON for each step that has a result.
#
#	js:EXPR        evaluates EXPR, prints its value
#	click:EXPR     clicks on the middle of the element that EXPR gives
#	hover:EXPR     moves the mouse there
#	key:KEY        presses and releases a key ("Escape", "/", "i")
#	answer:TEXT    what the next prompt() gets
#	hash:TEXT      opens the same file anew with this behind the #
#	dark:1|0       the preference of the reader's system
#	size:WxH       the window's inner size
#	shot:FILE      a PNG of what is seen
#	errors:        prints what was thrown or logged as an error so far

import base64, json, os, shutil, signal, subprocess, sys, tempfile, time

KEYS = {"Escape": 27, "Enter": 13, "ArrowUp": 38, "ArrowDown": 40, "ArrowLeft": 37, "ArrowRight": 39}


class Browser:
    def __init__(self, profile):
        program = next(filter(None, map(shutil.which, (
            "chromium", "chromium-browser", "chromium-headless-shell", "google-chrome"))), None)
        if not program:
            sys.exit("chrome.py: no chromium")
        to_r, to_w = os.pipe()
        from_r, from_w = os.pipe()

        def descriptors():
            # The protocol is spoken on 3 and 4; neither number may be in use while they are moved.
            a, b = os.dup2(to_r, 100), os.dup2(from_w, 101)
            os.dup2(a, 3)
            os.dup2(b, 4)

        self.process = subprocess.Popen(
            [program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
             "--disable-extensions", "--disable-background-networking", "--disable-component-update",
             "--user-data-dir=" + profile, "--remote-debugging-pipe", "--window-size=1240,900", "about:blank"],
            preexec_fn=descriptors, close_fds=False, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        os.close(to_r)
        os.close(from_w)
        self.out, self.inp, self.rest = to_w, from_r, b""
        self.number, self.session = 0, None
        self.errors, self.answers, self.loaded = [], [], False

    def read(self):
        while b"\0" not in self.rest:
            more = os.read(self.inp, 65536)
            if not more:
                sys.exit("chrome.py: the browser has ended")
            self.rest += more
        text, self.rest = self.rest.split(b"\0", 1)
        return json.loads(text)

    def event(self, m):
        method, p = m.get("method"), m.get("params", {})
        if method == "Runtime.exceptionThrown":
            self.errors.append(p["exceptionDetails"].get("exception", {}).get("description", "exception"))
        elif method == "Log.entryAdded" and p["entry"]["level"] == "error":
            self.errors.append(p["entry"]["text"])
        elif method == "Page.loadEventFired":
            self.loaded = True
        elif method == "Page.javascriptDialogOpening":
            answer = self.answers.pop(0) if self.answers else None
            self.send("Page.handleJavaScriptDialog", accept=answer is not None, promptText=answer or "")

    def send(self, method, **params):
        self.number += 1
        m = {"id": self.number, "method": method, "params": params}
        if self.session:
            m["sessionId"] = self.session
        os.write(self.out, json.dumps(m).encode() + b"\0")
        return self.number

    def call(self, method, **params):
        number = self.send(method, **params)
        while True:
            m = self.read()
            if m.get("id") == number:
                if "error" in m:
                    sys.exit("chrome.py: %s: %s" % (method, m["error"]["message"]))
                return m["result"]
            self.event(m)

    def open(self, url):
        self.loaded = False
        self.call("Page.navigate", url=url)
        while not self.loaded:
            self.event(self.read())

    def js(self, expr):
        r = self.call("Runtime.evaluate", expression=expr, returnByValue=True)
        if "exceptionDetails" in r:
            sys.exit("chrome.py: %s: %s" % (expr, r["exceptionDetails"]["exception"].get("description")))
        return r["result"].get("value")

    def mouse(self, expr, click):
        x, y = self.js("(function () { var e = %s; e.scrollIntoView && e.scrollIntoView({block: 'nearest'});"
                       " var r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })()" % expr)
        self.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
        if click:
            for kind in "mousePressed", "mouseReleased":
                self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def key(self, key):
        text = {"text": key} if len(key) == 1 else {}
        code = KEYS.get(key, ord(key.upper()[0]))
        self.call("Input.dispatchKeyEvent", type="keyDown", key=key, windowsVirtualKeyCode=code, **text)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=key, windowsVirtualKeyCode=code)


def run(b, url, step):
    what, _, arg = step.partition(":")
    if what == "js":
        print(json.dumps(b.js(arg)))
    elif what in ("click", "hover"):
        b.mouse(arg, what == "click")
    elif what == "key":
        b.key(arg)
    elif what == "answer":
        b.answers.append(arg)
    elif what == "hash":
        b.open("about:blank")
        b.open(url + "#" + arg)
    elif what == "dark":
        b.call("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": "dark" if arg == "1" else "light"}])
    elif what == "size":
        width, height = map(int, arg.split("x"))
        b.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
    elif what == "shot":
        with open(arg, "wb") as f:
            f.write(base64.b64decode(b.call("Page.captureScreenshot", format="png")["data"]))
    elif what == "errors":
        print(json.dumps(b.errors))
    else:
        sys.exit("chrome.py: no step " + step)


def main():
    url = "file://" + os.path.abspath(sys.argv[1])
    profile = tempfile.mkdtemp(prefix="zol-chrome.")
    signal.alarm(240)
    b = Browser(profile)
    try:
        target = b.call("Target.createTarget", url="about:blank")["targetId"]
        b.session = b.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in "Page", "Runtime", "Log":
            b.call(domain + ".enable")
        b.open(url)
        for step in sys.argv[2:]:
            run(b, url, step)
    finally:
        try:
            os.killpg(b.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        b.process.wait()
        for _ in range(20):  # its children may still write
            shutil.rmtree(profile, ignore_errors=True)
            if not os.path.exists(profile):
                break
            time.sleep(0.1)


main()
