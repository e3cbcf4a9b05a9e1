"""A running http_scene, and raw connections to it."""
import socket
import subprocess


class Scene:
    def __init__(self, program, before=(), pass_fds=(), listen=None, **limits):
        arguments = [f"{name}={value}" for name, value in limits.items()]
        if listen:
            arguments.append(f"listen={listen}")
        self.process = subprocess.Popen([program, *before, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True, pass_fds=pass_fds)
        words = self.process.stdout.readline().split()
        if words[:1] != ["listening"]:
            self.process.communicate()
            raise AssertionError(f"http_scene does not listen: {words}")
        self.address = words[1]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.stdout.close()
        status = self.process.wait(timeout=30)
        assert status == 0, f"http_scene ended with {status}"

    def counts(self):
        self.process.stdin.write("counts\n")
        self.process.stdin.flush()
        names = ("connections", "open", "refused_malformed", "refused_limit", "timed_out")
        return dict(zip(names, map(int, self.process.stdout.readline().split())))

    def connect(self, timeout=10):
        if self.address.startswith("unix:"):
            connection = socket.socket(socket.AF_UNIX)
            connection.settimeout(timeout)
            connection.connect(self.address[5:])
            return connection
        host, port = self.address.rsplit(":", 1)
        return socket.create_connection((host.strip("[]"), int(port)), timeout=timeout)

    def ask(self, request, end=True):
        """Sends bytes; what comes back until the server closes, at most two seconds after the last byte."""
        with self.connect(timeout=2) as connection:
            try:
                connection.sendall(request)
                if end:
                    connection.shutdown(socket.SHUT_WR)
            except OSError:
                pass
            return read_all(connection)

    def status(self, request):
        answer = self.ask(request)
        return int(answer.split(b" ")[1]) if answer else None


def read_all(connection):
    """Until the other side closes or is silent."""
    answer = b""
    try:
        while piece := connection.recv(65536):
            answer += piece
    except (TimeoutError, ConnectionError):
        pass
    return answer


def read_answer(connection):
    """One whole answer with a Content-Length: status, headers by lower-case name, body."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            return None, {}, data
        data += piece
    head, body = data.split(b"\r\n\r\n", 1)
    lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, value in (line.split(":", 1) for line in lines[1:])}
    while len(body) < int(headers.get("content-length", 0)):
        body += connection.recv(65536)
    return int(lines[0].split()[1]), headers, body


def request(method="GET", target="/hello", body=b"", version="HTTP/1.1", headers=("Host: here", "Connection: close")):
    lines = [f"{method} {target} {version}", *headers]
    if body and not any(h.lower().startswith(("content-length", "transfer-encoding")) for h in headers):
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body
