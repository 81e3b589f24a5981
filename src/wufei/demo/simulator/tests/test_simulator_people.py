"""People at a small server: forms, sessions, tokens, and answers that never come."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest

from wufei.demo.simulator.people import Away, People, Refused, find_form

LOGIN = '<form action=""><input type="hidden" name="csrf" value="c"><input name="login"></form>'
TRUCK = """
<form action="/search/"><input name="q"></form>
<form method="post"><input type="hidden" name="csrf" value="x">
<input type="hidden" name="submission" value="made-by-the-page"><input name="value_0">
<input type="radio" name="unit_0" value="t" checked><input type="radio" name="unit_0" value="kg">
<select name="waste"><option value="a">A</option>
<option value="b" selected>B waste</option></select>
<select name="site">
<option value="o">Other</option></select><textarea name="note"></textarea>
<button name="go" type="submit">go</button></form>"""
REFUSED = f'<div class="form-errors" role="alert"><p>Too heavy.</p></div>{TRUCK}'


class Server(BaseHTTPRequestHandler):
    log: "list[tuple[str, str, object]]" = []
    answers: "list[int]" = []
    tokens = 0

    def do_GET(self):
        signed_in = "session=1" in (self.headers["Cookie"] or "")
        if self.path == "/accounts/login/":
            return self._send(200, LOGIN)
        if self.path.startswith("/api/"):
            return self._api(None)
        if not signed_in:
            return self._send(302, "", Location="/accounts/login/?next=/t/")
        return self._send(200, TRUCK)

    def do_POST(self):
        raw = self.rfile.read(int(self.headers["Content-Length"] or 0)).decode()
        if self.path.startswith("/api/"):
            return self._api(json.loads(raw))
        data = {name: values[0] for name, values in parse_qs(raw).items()}
        self.log.append(("POST", self.path, data))
        if self.path == "/accounts/login/":
            return self._send(302, "", Location="/", **{"Set-Cookie": "session=1; Path=/"})
        status = self.answers.pop(0) if self.answers else 302
        return self._send(status, REFUSED, **({"Location": "/m/77/"} if status == 302 else {}))

    def _api(self, body):
        self.log.append((self.command, self.path, body))
        if self.path == "/api/v1/token":
            type(self).tokens += 1
            return self._send(200, json.dumps({"token": f"t{self.tokens}"}))
        status = self.answers.pop(0) if self.answers else 200
        told = {"code": "no", "message": "No."} if status >= 400 else {"ok": True}
        return self._send(status, json.dumps(told))

    def _send(self, status, text, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *arguments):
        pass


@pytest.fixture
def world_of():
    """People, and the small server that they are at."""
    Server.log, Server.answers, Server.tokens = [], [], 0
    running = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield People(f"http://127.0.0.1:{running.server_port}", "secret"), Server
    running.shutdown()
    running.server_close()


def test_a_form_is_filled_in_as_a_phone_does(world_of):
    people, server = world_of
    where = people.fill_in("gate", "/t/1/", {"value_0": "28.5", "submission": "mine"})
    assert where == "/m/77/"
    signed, sent = (row[2] for row in server.log)
    assert signed == {"csrf": "c", "login": "gate", "password": "secret"}
    expected = {"csrf": "x", "submission": "mine", "value_0": "28.5", "unit_0": "t", "waste": "b"}
    assert sent == expected | {"site": "o"}


def test_what_the_page_says_is_the_refusal(world_of):
    people, server = world_of
    server.answers = [422]
    with pytest.raises(Refused, match="Too heavy"):
        people.fill_in("gate", "/t/1/", {"value_0": "99999"})


def test_a_page_without_the_form_is_a_refusal(world_of):
    with pytest.raises(Refused, match="no such form"):
        world_of[0].fill_in("gate", "/t/1/", {"another": "1"})


@pytest.mark.parametrize("status", [500, 502, 503, 429])
def test_a_server_in_trouble_is_only_away(world_of, status):
    people, server = world_of
    server.answers = [status]
    with pytest.raises(Away):
        people.fill_in("gate", "/t/1/", {"value_0": "28"})
    assert people.fill_in("gate", "/t/1/", {"value_0": "28"}) == "/m/77/"


def test_nobody_at_the_door_is_away_too():
    with pytest.raises(Away):
        People("http://127.0.0.1:9", "secret").read("gate", "/")


def test_a_token_is_asked_for_once_and_again_when_it_has_ended(world_of):
    people, server = world_of
    assert people.call("clerk", "GET", "/lots") == {"ok": True}
    assert people.call("clerk", "GET", "/lots") == {"ok": True}
    assert server.tokens == 1
    server.answers = [401]
    assert people.call("clerk", "GET", "/lots") == {"ok": True}
    assert server.tokens == 2


def test_a_refusal_of_the_api_has_its_code(world_of):
    people, server = world_of
    server.answers = [409]
    with pytest.raises(Refused) as refused:
        people.call("clerk", "POST", "/scans/in", {})
    assert refused.value.code == "no"


def test_choices_of_a_form_are_read():
    form = find_form(TRUCK, "waste")
    assert form
    assert form.choices["waste"] == {"a": "A", "b": "B waste"}
    assert form.values["waste"] == "b"
