"""For anybody, without an account: check a receipt, see the roots, ask for proofs."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from wufei.hub.base.access import public
from wufei.hub.evidence import checking, limits, queries, receipts, store, tree, words
from wufei.hub.evidence.models import Root
from wufei.hub.evidence.refusals import NoReceipt, NoSuchTree
from wufei.hub.evidence.services import keys

ROOTS = 400


@public
@require_http_methods(["GET", "POST"])
@limits.check
def verify(request: HttpRequest) -> HttpResponse:
    """Paste or upload a receipt; says what is proven and what is not."""
    result, problem, text = None, "", ""
    if request.method == "POST":
        try:
            text = _given(request)
            result = checking.check(text)
        except NoReceipt as refusal:
            problem = str(refusal)
    context = {
        "result": result,
        "facts": _facts(result.given) if result else [],
        "problem": problem,
        "text": text if len(text) <= checking.BYTES_MAX else "",
        "root": queries.latest_root(),
    }
    return render(request, "evidence/verify.html", context, status=422 if problem else 200)


def _given(request: HttpRequest) -> str:
    file: Any = request.FILES.get("file")
    if file is None:
        return request.POST.get("receipt", "").strip()
    if file.size > checking.BYTES_MAX:
        raise NoReceipt(_("the file is too large for one"))
    try:
        text: str = file.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NoReceipt(_("the file is no text in UTF-8")) from error
    return text


def _facts(given: checking.Given) -> list[tuple[str, str]]:
    """What the entry says, field by field, as whoever brought it has it already."""
    content = given.record.get("content")
    told = content if isinstance(content, dict) else {}
    head = [(_("record"), given.record.get("kind")), (_("id"), given.record.get("id"))]
    rows = [*head, *((words.FIELDS.get(name, name), value) for name, value in told.items())]
    return [(str(name)[:60], _shown(value)) for name, value in rows if value not in (None, "")]


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return " · ".join(f"{name}: {one}" for name, one in value.items() if one)[:400]
    return str(value)[:400]


@public
@require_GET
@limits.look
def leaf(request: HttpRequest, uuid: UUID, digest: str) -> HttpResponse:
    """What the code on a printed document opens: is a leaf with this hash in the log?

    Who only knows an id learns nothing: the hash has salted parts, and without it the answer is
    the same as for what does not exist.
    """
    record = receipts.find_record(uuid)
    found = receipts.known(record) if record is not None else None
    if found is None or found.hash.hex() != digest:
        return render(request, "evidence/no_leaf.html", {"digest": digest}, status=404)
    proof = receipts.proof_json(found.number, found.root) if found.number is not None else None
    context = {"found": found, "digest": digest, "proof": proof, "record": record}
    return render(request, "evidence/leaf.html", context)


@public
@require_GET
@limits.look
def roots(request: HttpRequest) -> HttpResponse:
    """The signed roots and the keys, for people."""
    context = {"roots": queries.roots(ROOTS), "keys": keys.validities(), "log": keys.log_id()}
    return render(request, "evidence/roots.html", context)


@public
@require_GET
@limits.look
def roots_json(request: HttpRequest) -> HttpResponse:
    """The same for programs: each root as it was signed."""
    return JsonResponse(
        {
            "log": keys.log_id(),
            "size": store.size(),
            "roots": [receipts.root_json(one) for one in queries.roots(ROOTS)],
            "keys": [
                {
                    "key": one.key.code,
                    "public_key": bytes(one.key.public).hex(),
                    "since": one.key.since.isoformat(),
                    "until": one.until.isoformat() if one.until else None,
                }
                for one in keys.validities()
            ],
        }
    )


@public
@require_GET
@limits.look
def inclusion_json(request: HttpRequest, number: int, size: int) -> HttpResponse:
    """The proof that leaf ``number`` is in the tree of the first ``size`` leaves."""
    _require(0 <= number < size, size)
    path = tree.inclusion_proof(number, size, store.fetch)
    hash_ = store.fetch([(0, number)])[0, number]
    body = {"number": number, "size": size, "leaf": hash_.hex(), "path": _hex(path)}
    return JsonResponse(body | {"root": tree.root(size, store.fetch).hex()})


@public
@require_GET
@limits.look
def consistency_json(request: HttpRequest, first: int, second: int) -> HttpResponse:
    """The proof that the tree of ``first`` leaves is the beginning of that of ``second``."""
    _require(0 < first <= second, second)
    path = tree.consistency_proof(first, second, store.fetch)
    body = {"first": first, "second": second, "path": _hex(path)}
    return JsonResponse(
        body
        | {
            "first_root": tree.root(first, store.fetch).hex(),
            "second_root": tree.root(second, store.fetch).hex(),
        }
    )


def _require(sensible: bool, size: int) -> None:
    largest = store.size()
    if not sensible or size > largest:
        raise NoSuchTree(largest)


def _hex(path: list[bytes]) -> list[str]:
    return [one.hex() for one in path]


@public
@require_GET
@limits.look
def root_json(request: HttpRequest, pk: int) -> HttpResponse:
    """One signed root."""
    found = Root.objects.filter(pk=pk).select_related("key").first() if pk < 2**63 else None
    if found is None:
        raise Http404
    return JsonResponse(receipts.root_json(found))
