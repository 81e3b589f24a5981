"""People at their phones and desks: they sign in, fill in forms and use the API.

Blocking, for a thread; one person does one thing at a time. Every act has an id of its own, so
that it may be sent again after an answer that never came.
"""

import json
import ssl
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.client import HTTPException
from http.cookiejar import CookieJar
from typing import Any

_TIMEOUT_S = 30
_BYTES_MAX = 4_000_000
# Answers that say: not now.
_LATER = {408, 425, 429, 500, 502, 503, 504}


class Away(Exception):
    """The platform does not answer, or not now: try again with the same id."""


class Refused(Exception):
    """The platform said no; ``code`` as the API has it, "" on a page."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass
class Page:
    """What came back: status, address after redirects (of a POST: where it leads), text."""

    status: int
    url: str
    text: str


@dataclass
class Person:
    username: str
    jar: CookieJar = field(default_factory=CookieJar)
    signed_in: bool = False
    token: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)


class _Stay(urllib.request.HTTPRedirectHandler):
    """A POST that succeeded leads elsewhere; that is all one wants to know."""

    def redirect_request(self, *_arguments: Any) -> None:
        return None


class People:
    """Everybody the simulator acts for, on the platform at ``base`` (``http://host:port``)."""

    def __init__(self, base: str, password: str) -> None:
        self.base, self._password = base.rstrip("/"), password
        self._people: dict[str, Person] = {}
        self._guard = threading.Lock()
        # It is our own server whose certificate is asked for; whose name it bears is no matter.
        self._tls = ssl.create_default_context()
        self._tls.check_hostname, self._tls.verify_mode = False, ssl.CERT_NONE

    # Pages.
    def fill_in(
        self, username: str, path: str, values: Mapping[str, str], *, names: str = ""
    ) -> str:
        """Open ``path``, fill its form in and send it; returns where it led.

        ``names`` is a field that the form must have, where a page has several. Raises ``Refused``
        where there is no such form or it was not taken, ``Away``.
        """
        person = self._person(username)
        with person.lock:
            page = self._open(person, path)
            form = find_form(page.text, names or next(iter(values)))
            if form is None:
                raise Refused("", f"{path} shows no such form ({page.status})")
            data = form.values | dict(values)
            target = urllib.parse.urljoin(self.base + path, form.action or path)
            answer = self._ask(person, target, data=data)
            if answer.status in (301, 302, 303):
                return answer.url
            raise Refused("", _problem(answer.text) or f"{path} answered {answer.status}")

    def read(self, username: str, path: str) -> str:
        """A page as this person sees it."""
        person = self._person(username)
        with person.lock:
            return self._open(person, path).text

    def _open(self, person: Person, path: str) -> Page:
        if not person.signed_in:
            self._sign_in(person)
        page = self._ask(person, self.base + path)
        if page.status in (301, 302) and "/accounts/login/" in page.url:
            # The session has ended.
            self._sign_in(person)
            page = self._ask(person, self.base + path)
        if page.status in (301, 302):
            page = self._ask(person, urllib.parse.urljoin(self.base, page.url))
        return page

    def _sign_in(self, person: Person) -> None:
        address = f"{self.base}/accounts/login/"
        form = find_form(self._ask(person, address).text, "login")
        if form is None:
            person.jar.clear()
            raise Away("no form to sign in")
        data = form.values | {"login": person.username, "password": self._password}
        answer = self._ask(person, address, data=data)
        if answer.status != 302:
            raise Away(f"{person.username} cannot sign in yet ({answer.status})")
        person.signed_in = True

    # The API.
    def call(self, username: str, method: str, path: str, body: Any = None) -> Any:
        """One call of ``/api/v1``; raises ``Refused`` with the code of the refusal, ``Away``."""
        person = self._person(username)
        with person.lock:
            for _attempt in range(2):
                if not person.token:
                    person.token = self._new_token(person)
                page = self._ask(person, f"{self.base}/api/v1{path}", method=method, json_body=body)
                if page.status != 401:
                    return _answer(page)
                # Expired, or withdrawn by somebody.
                person.token = ""
            raise Away("the token is not taken")

    def _new_token(self, person: Person) -> str:
        asked = {"username": person.username, "password": self._password, "name": "simulator"}
        page = self._ask(person, f"{self.base}/api/v1/token", method="POST", json_body=asked)
        if page.status >= 400:
            raise Away(f"{person.username} gets no token yet ({page.status})")
        return str(json.loads(page.text)["token"])

    def _person(self, username: str) -> Person:
        with self._guard:
            return self._people.setdefault(username, Person(username))

    def _ask(
        self,
        person: Person,
        url: str,
        *,
        data: Mapping[str, str] | None = None,
        method: str = "",
        json_body: Any = None,
    ) -> Page:
        request = urllib.request.Request(url, method=method or None)  # noqa: S310 - our own base
        if json_body is not None:
            request.data = json.dumps(json_body).encode()
            request.add_header("Content-Type", "application/json")
        elif data is not None:
            request.data = urllib.parse.urlencode(data).encode()
            request.add_header("Referer", url)
        if person.token:
            request.add_header("Authorization", f"Bearer {person.token}")
        opener = urllib.request.build_opener(
            _Stay(),
            urllib.request.HTTPCookieProcessor(person.jar),
            urllib.request.HTTPSHandler(context=self._tls),
        )
        try:
            with opener.open(request, timeout=_TIMEOUT_S) as answer:
                return _page(answer.status, answer.url, answer.read(_BYTES_MAX))
        except urllib.error.HTTPError as error:
            with error:
                if error.code in _LATER:
                    raise Away(f"answered {error.code}") from error
                # Servers write the name in either case, which only these headers do not mind.
                where = (error.headers.get("Location") if error.headers else None) or url
                return _page(error.code, where, error.read(_BYTES_MAX))
        except (OSError, HTTPException) as error:
            raise Away(str(error)) from error


def _page(status: int, url: str, raw: bytes) -> Page:
    return Page(status, url, raw.decode("utf-8", "replace"))


def _answer(page: Page) -> Any:
    try:
        told: Any = json.loads(page.text) if page.text else {}
    except ValueError as error:
        raise Away(f"no JSON came back ({page.status})") from error
    if page.status >= 400:
        raise Refused(told.get("code", ""), told.get("message", str(page.status)))
    return told


# Reading pages.
@dataclass
class Form:
    """``values`` are what a browser would send as it stands; ``choices`` of its selects."""

    action: str = ""
    values: dict[str, str] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    choices: dict[str, dict[str, str]] = field(default_factory=dict)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.problems: list[str] = []
        self._select = ""
        self._option = ""
        self._in_problem = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if "errorlist" in given.get("class", "") or given.get("role") == "alert":
            self._in_problem += 1
        if tag == "form":
            self.forms.append(Form(given.get("action", "")))
        name = given.get("name", "")
        if not self.forms:
            return
        form = self.forms[-1]
        if tag in ("input", "select", "textarea") and name:
            form.names.add(name)
        if tag == "input" and name:
            self._input(form, name, given)
        elif tag == "textarea" and name:
            form.values.setdefault(name, "")
        elif tag == "select":
            self._select, self._option = name, ""
            form.choices.setdefault(name, {})
        elif tag == "option" and self._select:
            self._option = given.get("value", "")
            form.choices[self._select][self._option] = ""
            if "selected" in given or self._select not in form.values:
                form.values[self._select] = self._option

    def _input(self, form: Form, name: str, given: Mapping[str, str]) -> None:
        kind = given.get("type", "text")
        if kind in ("radio", "checkbox"):
            if "checked" in given:
                form.values[name] = given.get("value", "on")
        elif kind not in ("submit", "button", "file", "image", "reset"):
            form.values[name] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""
        if tag in ("ul", "div", "p") and self._in_problem:
            self._in_problem -= 1

    def handle_data(self, data: str) -> None:
        text = " ".join(data.split())
        if self._select and self._option:
            self.forms[-1].choices[self._select][self._option] += text
        if self._in_problem and text:
            self.problems.append(text)


def find_form(text: str, name: str) -> Form | None:
    """The form of a page that has a field of this name."""
    reader = _Forms()
    reader.feed(text)
    return next((form for form in reader.forms if name in form.names), None)


def _problem(text: str) -> str:
    reader = _Forms()
    reader.feed(text)
    return " ".join(reader.problems)[:300]
