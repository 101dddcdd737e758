"""Hooks for Schemathesis: ids of rows that exist in the place of random ones, so that runs get beyond 404.

Before the first request many rows are made, since a run deletes as it goes; from time to time the lists are
read again. One id in ten stays random, and so does everything else that Schemathesis thinks of.
"""

import json
import random
import urllib.error
import urllib.parse
import urllib.request

import schemathesis

ADMIN = 1001
TEMPLATE = "2fc8d1570ea94b36b6d83a4917c05e9d"
MEMBER = "Bearer sandbox-token-admin"
ORGANIZATION = "d83c7e1b40f5492ab6e1c97d05fa3826"
APPLICATION = {"grant_type": "client_credentials", "client_id": "31", "client_secret": "sandbox-client-secret"}
KICKOFF = {
    "7a03e5b9d2164c8f90b1d7e6c4f82a35": "Blue Fjord",
    "c81f64d09b7e4a23a5f0e2d91c7b3864": {"id": 1, "text": "Standard"},
}
# How many rows of a kind are made, and after how many requests the lists are read again.
MANY = 40
STALE = 40


class Rows:
    """The rows there are, as lists show them."""

    def __init__(self):
        self.chance = random.Random(1)
        self.base = None
        self.asked = 0
        self.files = []
        self.taggings = []
        self.filings = []

    def at(self, base):
        if self.base is None:
            self.base = base.rstrip("/")
            self.fill()
        if self.asked % STALE == 0:
            self.read()
        self.asked += 1

    def send(self, method, path, data, media):
        headers = {
            "Authorization": MEMBER,
            "X-Tallyfy-Client": "APIClient",
            "Accept": "application/json",
            "Content-Type": media,
        }
        request = urllib.request.Request(self.base + path, data, headers, method=method)
        with urllib.request.urlopen(request) as answer:
            text = answer.read()
        return json.loads(text) if text else {}

    def inside(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        path = f"/organizations/{ORGANIZATION}{path}"
        return self.send(method, path, data, "application/json").get("data") or []

    def found(self, path):
        """As `inside` by GET; what has been archived or deleted meanwhile is nothing."""
        try:
            return self.inside("GET", path)
        except urllib.error.HTTPError:
            return []

    def upload(self, run):
        fields = {"uploaded_from": "ko_field", "subject_type": "Run", "subject_id": run}
        parts = [f'--x\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in fields.items()]
        parts.append('--x\r\nContent-Disposition: form-data; name="name"; filename="a.txt"\r\n\r\nA\r\n--x--\r\n')
        path = f"/organizations/{ORGANIZATION}/file"
        return self.send("POST", path, "".join(parts).encode(), "multipart/form-data; boundary=x")["data"]["id"]

    def fill(self):
        form = urllib.parse.urlencode(APPLICATION).encode()
        token = self.send("POST", "/oauth/token", form, "application/x-www-form-urlencoded")
        self.application = f"Bearer {token['access_token']}"
        for n in range(MANY):
            copy = self.inside("POST", f"/checklists/{TEMPLATE}/clone", {"title": f"Copy {n}", "tenant": ORGANIZATION})
            self.inside("POST", f"/checklists/{copy['id']}/steps", {"title": f"Step {n}"})
            run = self.inside("POST", "/runs", {"checklist_id": TEMPLATE, "name": f"Run {n}", "prerun": KICKOFF})["id"]
            self.files.append(self.upload(run))
            self.inside("POST", "/tasks", one_off(f"Task {n}"))
            self.inside("POST", "/groups", {"name": f"Group {n}", "description": "Many", "members": [ADMIN]})
            tag = self.inside("POST", "/tags", {"title": f"Tag {n}", "color": "#112233"})["id"]
            self.taggings.append(self.inside("POST", "/checklists/tags", tagging(tag, run))["id"])
            folder = self.inside("POST", "/folders", {"name": f"Folder {n}", "folder_type": "run"})["id"]
            filing = {"folder_id": folder, "subject_id": run, "subject_type": "Run"}
            self.filings.append(self.inside("POST", "/folders/add-object", filing)["id"])
            self.inside("POST", "/guests", {"email": f"guest{n}@example.com"})
            self.inside("POST", "/users/invite", member(n))
            self.inside("POST", "/custom-field-keys", custom_field(n))
            self.inside("POST", f"/users/{ADMIN}/add-watcher", watcher(n))

    def read(self):
        page = "?per_page=100"
        self.templates = self.inside("GET", f"/checklists{page}")
        self.runs = self.inside("GET", f"/runs{page}")
        self.tasks = self.inside("GET", f"/tasks{page}&with=threads")
        self.kinds = {
            "user": [row["id"] for row in self.inside("GET", f"/users{page}") if row["id"] != ADMIN],
            "guest": [key for row in self.inside("GET", f"/guests{page}") for key in names(row)],
            "group": ids(self.inside("GET", f"/groups{page}")),
            "tag": ids(self.inside("GET", f"/tags{page}")),
            "folder": ids(self.inside("GET", f"/folders{page}")),
            "watcher": ids(self.inside("GET", "/watchers")),
            "activity": ids(self.inside("GET", f"/activity-feeds{page}")),
            "key": [row["key"] for row in self.inside("GET", "/custom-field-keys")],
            "email": [row["email"] for row in self.inside("GET", f"/users{page}")],
            "file": self.files,
            "tag_association": self.taggings,
            "folder_object": self.filings,
        }

    def pick(self, rows):
        return self.chance.choice(rows) if rows else None

    def ids(self, wanted):
        """An id for each of the wanted parameters that fit together: a task of the run, a step of the template."""
        found = {kind: self.pick(rows) for kind, rows in self.kinds.items()}
        task = self.pick(self.tasks) or {}
        found["task"] = task.get("id")
        found["thread"] = (self.pick(threads(task)) or {}).get("id")
        found["run"] = (self.pick(self.runs) or {}).get("id")
        if {"run", "task"} <= wanted and found["run"]:
            found["task"] = (self.pick(self.found(f"/runs/{found['run']}/tasks")) or {}).get("id")
        found["checklist"] = (self.pick(self.templates) or {}).get("id")
        if wanted & {"step", "prerun", "capture", "automated_action"} and found["checklist"]:
            found.update(self.parts(found["checklist"]))
        return {name: value for name, value in found.items() if value is not None}

    def parts(self, checklist):
        template = self.found(f"/checklists/{checklist}") or {}
        step = self.pick(self.found(f"/checklists/{checklist}/steps")) or {}
        capture = self.pick(step.get("captures") or [])
        rule = self.pick(template.get("automated_actions") or [])
        prerun = self.pick(template.get("prerun") or [])
        found = {"step": step, "capture": capture, "automated_action": rule, "prerun": prerun}
        return {name: row["id"] for name, row in found.items() if row}


def one_off(title):
    owners = {"users": [ADMIN], "guests": [], "groups": []}
    return {"title": title, "owners": owners, "deadline": "2030-01-01 12:00:00", "task_type": "task"}


def tagging(tag, run):
    return {"tag_id": tag, "tag_type": "private", "subject_id": run, "subject_type": "Run"}


def member(n):
    words = {"email": f"member{n}@example.com", "first_name": "Mo", "last_name": "Rey"}
    return {**words, "role": "standard", "message": "Welcome"}


def custom_field(n):
    return {"key": f"key_{n}", "applies_to": "process", "field_type": "text"}


def watcher(n):
    address = f"https://hooks.example.com/{n}"
    words = {"object_type": "organization", "object_id": ORGANIZATION}
    return {**words, "notification_type": "webhook", "frequency": "electric", "webhook": address}


def ids(rows):
    return [row["id"] for row in rows]


def names(guest):
    """Address, number and code: each operation takes one of them."""
    return [guest["email"], guest["id"], guest["link"].split("/")[-2]]


def threads(task):
    found = task.get("threads") or []
    return found["data"] if isinstance(found, dict) else found


ROWS = Rows()
# Keys of bodies that hold the id of a row, and its kind.
KEYS = {
    "checklist_id": "checklist",
    "task_id": "task",
    "folder_id": "folder",
    "parent_id": "folder",
    "tag_id": "tag",
    "owner_id": "user",
    "user_id": "user",
    "run_id": "run",
    "object_id": "organization",
}


@schemathesis.hook
def before_call(context, case, kwargs):
    ROWS.at(case.operation.base_url)
    token = ROWS.application if case.path.startswith("/applications/") else MEMBER
    case.headers = {**(case.headers or {}), "Authorization": token}
    parameters = dict(case.path_parameters or {})
    body = case.body if isinstance(case.body, dict) else {}
    wanted = set(parameters) | {KEYS[key] for key in KEYS.keys() & body.keys()}
    found = {**ROWS.ids(wanted), "org": ORGANIZATION, "organization": ORGANIZATION}
    for name in parameters:
        if name in found and ROWS.chance.random() < 0.9:
            parameters[name] = urllib.parse.quote(str(found[name]), safe="")
    if parameters:
        case.path_parameters = parameters
    known = {key: found[kind] for key, kind in KEYS.items() if key in body and kind in found}
    known = {key: value for key, value in known.items() if ROWS.chance.random() < 0.9}
    if known:
        case.body = {**body, **known}
