#!/usr/bin/env python3
"""Every page of the endpoint, to be looked at: prints one line of JSON, then serves until standard input ends.

{"at": Unix seconds, "pages": [{"name", "origin", "target" | "form": {"action", "type", "fields"}, "heading": {"zh", "en"}}]}
A form is posted by whoever looks; language and print go into its fields, or into the target.
"""
import contextlib
import datetime
import json
import subprocess
import sys

from scene import BIN, DUE, NOW, PERSON, REVOKED, SUSPENDED, VALID, Client, Endpoint, Scene, environment, eventually, to_digits

LATER = "2023-03-15T10:00:00+08:00"  # DUE has lapsed
TOO_LATE = "2023-02-20T10:00:00+08:00"  # the lists published at NOW have ended
KID_AT = 8  # in a token of the sample deployment: a byte of its key's id
EMPLOYERS = (("示例建筑工程集团有限公司", "项目进场人员核验"), ("另一用人单位 <第二项目部>", "招聘前核对证书"))
LIST = "number,name,id_number\n" + "\n".join((
    f"{VALID},张示例,110101199003074776", f"{DUE},赵例䶮,110101197912313050", f"{VALID},李示例,110101199003074776",
    f"{SUSPENDED},郑标准,110101199003074776", "03301202000099999,王不在,110101199003074776"))
FORM = "application/x-www-form-urlencoded"


def page(name, origin, zh, en, target=None, form=None):
    return {"name": name, "origin": origin, "heading": {"zh": zh, "en": en}, **({"form": form} if form else {"target": target})}


def form(action, fields, kind=FORM):
    return {"action": action, "type": kind, "fields": fields}


def verdicts(scene, origin):
    raw = scene.raw(VALID)
    stranger = bytearray(raw)
    stranger[KID_AT] ^= 1
    codes = (
        ("valid", "有效", "IN FORCE", scene.digits(VALID)),
        ("due", "有效（即将到期）", "IN FORCE, due soon", scene.digits(DUE)),
        ("suspended", "暂扣", "SUSPENDED", scene.digits(SUSPENDED)),
        ("revoked", "无效（已被吊销、撤销或注销）", "NOT VALID (revoked, withdrawn or cancelled)", scene.digits(REVOKED)),
        ("replaced", "有效", "IN FORCE", scene.digits(VALID, 1)),
        ("forged", "不是真证", "NOT AUTHENTIC", to_digits(raw.replace("张示例".encode(), "李示例".encode()))),
        ("unreadable", "读不出证书", "UNREADABLE", "0"),
        ("unknown-issuer", "不认识的签发者", "UNKNOWN ISSUER", to_digits(bytes(stranger))),
    )
    return [page(name, origin, zh, en, "/V/" + digits) for name, zh, en, digits in codes]


def forms(origin, holder, due):
    nobody = {**PERSON, "name": "李示例"}
    return [
        page("no-match", origin, "查无此证", "NO SUCH CERTIFICATE", form=form("/lookup", nobody)),
        page("problem", origin, "没有办成", "This did not work", form=form("/", {"text": "0"}, "text/plain")),
        page("holder-no-match", origin, "没有办成", "This did not work",
             form=form("/holder", {**holder, "number": "03301202000000099", "what": "live"})),
        page("live", origin, "动态码", "Live code", form=form("/holder", {**holder, "what": "live"})),
        page("live-ended", origin, "没有办成", "This did not work", "/holder/live/" + "0" * 48),
        page("asked", origin, "谁查过我的证书", "Who asked about me", form=form("/holder", {**holder, "what": "asked"})),
        page("nobody-asked", origin, "谁查过我的证书", "Who asked about me", form=form("/holder", {**due, "what": "asked"})),
    ]


def pickup_of(scene, number):
    return json.loads(scene.home.sitecert("pickup", number, "--json").stdout)["pickup"]


def add_employer(scene, name, purpose):
    return scene.home.sitecert("employer", "add", name, "--purpose", purpose, "--quiet").stdout.strip()


def ask_lists(origin, keys):
    """The first of them checks a list, and watches one; the second checks one."""
    lists = ((keys[0], [PERSON]), (keys[0], {"rows": [PERSON], "cursor": ""}), (keys[1], [PERSON]))
    client = Client(origin.removeprefix("http://"))
    for key, body in lists:
        headers = {"Authorization": "Bearer " + key, "Content-Type": "application/json"}
        assert client.ask("POST", "/api/verify/bulk", headers, json.dumps(body)).status == 200
    client.close()


def all_pages(scene, later, serve):
    holder = {**PERSON, "pickup": pickup_of(scene, VALID)}
    due = {"number": DUE, "name": "赵例䶮", "id_number": "110101197912313050", "pickup": pickup_of(scene, DUE)}
    keys = [add_employer(scene, *each) for each in EMPLOYERS]
    scene.publish()
    origin = serve(scene, NOW)
    ask_lists(origin, keys)
    title = ("施工现场专业人员证书查验", "Construction-site certificates: check one")
    return [
        page("home", origin, *title, "/"),
        page("holder", origin, "持证人服务", "For holders", "/holder"),
        *verdicts(scene, origin),
        page("lapsed", serve(later, LATER), "失效（已过期）", "LAPSED", "/V/" + later.digits(DUE)),
        page("undecided", serve(scene, TOO_LATE), "证书是真的，但无法判断是否有效",
             "GENUINE, but it cannot be said whether it is in force", "/V/" + scene.digits(VALID)),
        page("list", origin, "用人单位名单查验", "Check a list (employers)", "/list"),
        page("report", origin, "名单查验报告", "Report on a list", form=form("/list", {"key": keys[0], "file": LIST}, "multipart/form-data")),
        *forms(origin, holder, due),
    ]


def main():
    with contextlib.ExitStack() as stack:
        scene, later = Scene(), Scene()
        for each in (scene, later):
            stack.callback(each.remove)
        later.publish(clock=LATER)
        log = stack.enter_context(open(scene.home.folder / "reader.log", "ab"))
        reader = subprocess.Popen([BIN / "sitecert-reader", "--home", scene.home.path], env=environment(NOW), stdin=subprocess.DEVNULL,
                                  stdout=log, stderr=log)
        stack.callback(reader.wait, 30)
        stack.callback(reader.terminate)

        def serve(what, clock):
            return "http://" + stack.enter_context(Endpoint(what, clock=clock)).address

        pages = all_pages(scene, later, serve)
        for name in ("holder.sock", "staple.sock"):
            eventually(lambda name=name: (scene.home.path / "run" / name).exists())
        print(json.dumps({"at": int(datetime.datetime.fromisoformat(NOW).timestamp()), "pages": pages}), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
