#!/usr/bin/env python3
"""The operator's page of a sample deployment, to be looked at: prints one line of JSON, then serves until standard input ends.

{"origin": where it stands}
"""
import json
import pathlib
import socket
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "endpoint"))

from scene import NOW, Scene  # noqa: E402
from daemon import Client, Daemon  # noqa: E402


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def main():
    scene = Scene()
    try:
        port = free_port()
        scene.home.set("metrics_listen", f"127.0.0.1:{port}")
        with Daemon(scene.home, clock=NOW) as daemon:
            client = Client(daemon.address)
            client.ask("GET", "/v1/report")  # refused: it is not signed
            client.close()
            print(json.dumps({"origin": f"http://127.0.0.1:{port}"}), flush=True)
            sys.stdin.read()
    finally:
        scene.remove()


if __name__ == "__main__":
    main()
