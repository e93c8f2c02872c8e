"""Has the real Python client of the API node make the calls of calls.py.

record          write each call's request, byte for byte, as one file of an archive in the format of txtar
call            make the calls against a host, and write the outcome of each as one line of JSON
"""

import argparse
import contextlib
import io
import json
import os
import socket
import sys
import threading

import calls


def outcome(function):
    """What a caller sees: the result, or the name and the text of the exception."""
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            result = function()
    except Exception as e:  # whatever the client raises is the outcome
        return {"raised": type(e).__name__, "text": str(e)}
    if printed.getvalue():
        result = json.loads(printed.getvalue())
    return {"result": result}


class Recorder:
    """A server that keeps each request as it came, and answers what no method of the client chokes on."""

    ANSWER = json.dumps({"results": [{}], "generations": [], "key": "KEY", "id": "ID"}).encode()

    def __init__(self):
        self.requests = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            connection, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        with connection, connection.makefile("rb") as stream:
            while True:
                head = b""
                while not head.endswith(b"\r\n\r\n"):
                    line = stream.readline()
                    if not line:
                        return
                    head += line
                length = 0
                for line in head.split(b"\r\n"):
                    name, _, value = line.partition(b":")
                    if name.lower() == b"content-length":
                        length = int(value)
                self.requests.append(head + stream.read(length))
                connection.sendall(
                    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
                    % (len(self.ANSWER), self.ANSWER)
                )


def record():
    user, admin = Recorder(), Recorder()
    print("What client.py records: the requests that the calls of calls.py become.")
    place = calls.Place(
        user="http://127.0.0.1:%d" % user.port,
        admin="http://127.0.0.1:%d" % admin.port,
        admin_key="admin-key",
        packages="/packages",
    )
    for group in calls.GROUPS:
        for name, function in group(place):
            outcome(function)
            for recorder, port in (user, 12000), (admin, 12001):
                for request in recorder.requests:
                    text = request.decode("ascii").replace("127.0.0.1:%d" % recorder.port, "127.0.0.1:%d" % port)
                    sys.stdout.write("-- %s --\n%s\n" % (name, text.replace("\r\n", "\n")))
                recorder.requests.clear()


def call(args):
    place = calls.Place(user=args.user, admin=args.admin, admin_key=args.admin_key, packages=args.packages)
    group = {g.__name__: g for g in calls.GROUPS}[args.group]
    for name, function in group(place):
        print(json.dumps({"name": name, **outcome(function)}), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("mode", choices=["record", "call"])
    parser.add_argument("--group")
    parser.add_argument("--user", help="base address of the user API")
    parser.add_argument("--admin", help="base address of the admin API")
    parser.add_argument("--admin-key")
    parser.add_argument("--packages", help="folder of the packages to import")
    args = parser.parse_args()
    os.environ["NETRC"] = os.devnull  # without a key, the client would take one from there
    if args.mode == "record":
        record()
    else:
        call(args)


if __name__ == "__main__":
    main()
