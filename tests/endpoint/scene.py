"""What the tests of the endpoint share: a published deployment with certificates in every state, running endpoints.

All people are invented.
"""
import atexit
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import threading

HERE = pathlib.Path(__file__).resolve().parent
SAMPLE = HERE.parent / "sample"
sys.path.insert(0, str(HERE.parent / "daemon"))

from daemon import BIN, Client, Home, environment, eventually  # noqa: E402, F401

# Steps of the sample deployment: when, what.
STEPS = (
    ("2019-12-20", "authority.csv"), ("2019-12-21", "provider.csv"), ("2020-02-10", "training.csv"), ("2020-02-20", "photo.csv"),
    ("2020-03-10", "test.csv"), ("2021-06-15", "education-2021-06.csv"), ("2021-09-10", "order-2021-09.csv"),
    ("2022-06-15", "education-2022-06.csv"),
)
NOW = "2022-12-20T10:00:00+08:00"
VALID, DUE = "03301202000000013", "03304202000000016"
REVOKED, SUSPENDED = "03310202000000015", "03313202000000019"
PERSON = {"number": VALID, "name": "张示例", "id_number": "110101199003074776"}


class Scene:
    """A home with what it publishes."""

    first = None

    def __init__(self, another=False, host=None):
        """Made once, then copied; another: another deployment, of this host."""
        if Scene.first is None or another:
            self.home = Home(clock=NOW, host=host)
            self.public = self.home.folder / "public"
            for day, name in STEPS:
                self.home.sitecert("import", name, "--quiet", clock=day + "T09:00:00+08:00", cwd=SAMPLE)
            self.publish()
            if another:
                return
            Scene.first = self.home.folder
            atexit.register(shutil.rmtree, Scene.first, ignore_errors=True)
        self.home = Home.__new__(Home)
        self.home.folder = pathlib.Path(tempfile.mkdtemp(prefix="sitecert-endpoint-"))
        self.home.path, self.home.clock, self.home.keys = self.home.folder / "home", NOW, {}
        self.public = self.home.folder / "public"
        shutil.copytree(Scene.first, self.home.folder, dirs_exist_ok=True)

    def publish(self, clock=None):
        self.home.sitecert("publish", self.public, "--quiet", clock=clock)

    def text(self, number, version=None):
        more = ["--version", version] if version else []
        return self.home.sitecert("token", number, *more).stdout.strip()

    def digits(self, number, version=None):
        return self.text(number, version).rsplit("/", 1)[1]

    def raw(self, number):
        return subprocess.run([BIN / "sitecert", "token", number, "--raw"], check=True, stdout=subprocess.PIPE,
                              env=environment(NOW, SITECERT_HOME=str(self.home.path))).stdout

    def remove(self):
        self.home.remove()


def to_digits(token):
    """docs/formats.md, "QR text"."""
    out = ""
    for i in range(0, len(token), 7):
        group = token[i:i + 7]
        out += str(int.from_bytes(group, "big")).zfill((0, 3, 5, 8, 10, 13, 15, 17)[len(group)])
    return out


class Endpoint:
    """sitecert-verifierd, in the foreground on a port of its choice."""

    def __init__(self, scene, *options, clock=NOW, listen="127.0.0.1:0", env=None):
        self.scene = scene
        self.path = scene.home.folder / "endpoint.log"
        self.log = open(self.path, "ab")
        self.process = subprocess.Popen([BIN / "sitecert-verifierd", "--published", scene.public, "--listen", listen, *map(str, options)],
                                        env=environment(clock, **{"SITECERT_HOME": str(scene.home.path), **(env or {})}), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=self.log)
        line = []
        reader = threading.Thread(target=lambda: line.append(self.process.stdout.readline().decode()), daemon=True)
        reader.start()
        reader.join(60)
        if not line or not line[0].startswith("listening "):
            self.process.kill()
            raise AssertionError(f"no 'listening' line but {line}; log:\n{self.said()}")
        self.address = line[0].split(" ", 1)[1].strip()

    def said(self):
        return self.path.read_text(errors="replace")

    def client(self, **more):
        return Client(self.address, **more)

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(30)
        self.process.stdout.close()
        self.log.close()
        return self.process.returncode

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.stop()
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
