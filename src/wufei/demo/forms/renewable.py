"""Forms of renewable resources: yards, the sorting centre, dismantlers, a tyre shop."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

from wufei.demo.forms import Fill
from wufei.demo.forms.across import some
from wufei.domains.renewable.filings import dismantling, e_waste
from wufei.domains.renewable.filings.appliances import appliances
from wufei.hub.filings.declarations import Checked, Values
from wufei.hub.filings.sources import tonnes

ZERO = Decimal(0)
_KG = Decimal("0.001")
_SHARES = (("fridge", "0.4"), ("washer", "0.3"), ("tv_flat", "0.2"), ("aircon", "0.1"))
_CODE = "0123456789ABCDEFGHJKLMNPRSTUVWXYZ"


def _station(checked: Checked, chance: Random) -> Values:
    """What the ledger has, which is all; a shop without load records says a few tonnes."""
    sent_g = sum(way.mass_g for flow in checked.facts["flows"] for way in flow.sent)
    known = {"source": "residents", "buyer": "示例·莘县再生利用园", "sold": tonnes(sent_g)}
    if any(flow.arisen_g for flow in checked.facts["flows"]):
        return known
    paper = some(chance, 2, 6, 1)
    return {**known, "waste_paper": paper, "sold": paper}


def _sorting(checked: Checked, chance: Random) -> Values:
    rows = [dict(row) for row in checked.form.rows.get("came", ())]
    # What people bring themselves has no load record.
    walk_in = {"waste": "LC-paper", "source": "residents", "mass": some(chance, 1, 4, 1)}
    rows = [row for row in rows if (row["waste"], row["source"]) != ("LC-paper", "residents")]
    rows.append(walk_in)
    came = sum((row["mass"] for row in rows), ZERO)
    shares = (("waste_paper", "0.42"), ("waste_plastics", "0.3"), ("scrap_steel", "0.18"))
    made = [
        {
            "class_": name,
            "sorted": (came * Decimal(share)).quantize(_KG),
            "sold": (came * Decimal(share) * Decimal("0.9")).quantize(_KG),
            "use": "remade",
            "buyer": "示例·高唐再生纸厂" if name == "waste_paper" else "示例·莘县再生利用园",
            "stock": (came * Decimal(share) * Decimal("0.1")).quantize(_KG),
        }
        for name, share in shares
    ]
    residue = (came * Decimal("0.08")).quantize(_KG)
    return {
        "came": rows,
        "made": made,
        "residue": residue,
        "residue_to": "示例·朱老庄垃圾焚烧发电厂",
    }


def _e_waste(checked: Checked, chance: Random) -> Values:
    """What came by load record and was treated by the ledger, told by kind."""
    ledger = checked.facts["flows"]
    came = dismantling.brought_kg(ledger, e_waste.STREAM) or Decimal(chance.randint(6, 12) * 1000)
    done = sum(
        (Decimal(way.mass_g) / 1000 for flow in ledger for way in flow.own if _is_e_waste(flow)),
        ZERO,
    )
    taken = [_kind(kind, came * Decimal(share), done * Decimal(share)) for kind, share in _SHARES]
    return {
        "taken": _counted(checked, taken),
        **_out_of(checked, chance, "products", _PRODUCTS, _sum(taken)),
    }


def _is_e_waste(flow: Any) -> bool:
    return bool(flow.waste.stream == e_waste.STREAM)


def _kind(kind: str, came: Decimal, done: Decimal) -> dict[str, Any]:
    usual = appliances()[kind].usual_kg
    return {
        "kind": kind,
        "pieces_in": int(came / usual),
        "mass_in": came.quantize(_KG),
        "pieces_out": int(done / usual),
        "mass_out": done.quantize(_KG),
    }


def _counted(checked: Checked, rows: Sequence[dict[str, Any]]) -> list[Values]:
    """Pieces in stock follow from last month's."""
    before = (
        {row["kind"]: row["pieces_left"] for row in checked.last.rows["taken"]}
        if checked.last
        else {}
    )
    return [
        {
            **row,
            "pieces_left": max(
                before.get(row["kind"], 0) + row["pieces_in"] - row["pieces_out"], 0
            ),
        }
        for row in rows
    ]


def _sum(rows: Sequence[Values]) -> Decimal:
    return sum((row["mass_out"] for row in rows), ZERO)


_PRODUCTS = (("steel", "0.5"), ("plastics", "0.28"), ("copper", "0.12"), ("aluminium", "0.1"))
_PARTS = (("steel", "0.7"), ("nonferrous", "0.1"), ("plastics", "0.08"), ("engine", "0.12"))


def _out_of(
    checked: Checked, chance: Random, section: str, shares: Sequence[tuple[str, str]], into: Decimal
) -> dict[str, Any]:
    """Products, hazardous parts as the ledger has them, residue: as much as went in."""
    known = [dict(row) for row in checked.form.rows.get("hazardous", ())]
    usual = [{"waste": "900-045-49", "mass": (into * Decimal("0.01")).quantize(_KG)}]
    hazardous = known or [row for row in usual if row["mass"]]
    if known:
        # A little more than the ledger has: what was weighed by hand.
        known[0]["mass"] += some(chance, 2, 9, 1)
    for row in hazardous:
        row["goes_to"] = "示例·高唐危废焚烧"
    residue = (into * Decimal("0.04")).quantize(_KG)
    rest = max(into - residue - sum((row["mass"] for row in hazardous), ZERO), ZERO)
    name = "product" if section == "products" else "part"
    products = [
        {
            name: what,
            "mass": (rest * Decimal(share)).quantize(_KG),
            "buyer": "示例·阳谷再生钢厂",
            **({} if name == "product" else {"use": "material"}),
        }
        for what, share in shares
    ]
    return {section: products, "hazardous": hazardous, "residue": residue}


def _vehicles(checked: Checked, chance: Random) -> Values:
    """Vehicles of the ledger, dismantled where it says so, and one that nobody recorded."""
    span = checked.subject.span
    rows = [dict(row) for row in checked.form.rows.get("vehicles", ())]
    for row in rows:
        known = checked.facts["lots"].get(row["certificate"])
        if known and not known.left_kg:
            row["dismantled_on"] = min(
                max(row["received_on"], span.first) + timedelta(days=9), span.last
            )
    new = {
        "certificate": f"SL-BF{span.first:%Y%m}-{chance.randint(100, 999)}",
        "mass": Decimal(chance.randint(900, 1600)),
        "received_on": span.first + timedelta(days=2),
        "dismantled_on": span.first + timedelta(days=15),
    }
    rows.append(new)
    for row in rows:
        row.setdefault("kind", "car")
    into = sum((row["mass"] for row in rows if row.get("dismantled_on")), ZERO)
    return {"vehicles": rows, **_out_of(checked, chance, "parts", _PARTS, into)}


def _tyres(checked: Checked, chance: Random) -> Values:
    before = (checked.last and checked.last.values.get("left")) or 0
    pieces = chance.randint(40, 120)
    handed = int((before + pieces) * 0.8)
    return {
        "pieces": pieces,
        "mass": Decimal(pieces * chance.randint(8, 14)),
        "handed": handed,
        "use": "rubber",
        "buyer": "示例·莘县再生利用园",
        "left": before + pieces - handed,
    }


def _batteries(checked: Checked, chance: Random) -> Values:
    """Those in store from last month leave; two more come."""
    old = [dict(row) for row in checked.form.rows.get("batteries", ())]
    for row in old:
        row |= {"goes_to": "recycling", "receiver": "示例·莘县再生利用园"}
    new = [
        {
            "code": "".join(chance.choice(_CODE) for _place in range(24)),
            "part": "pack",
            "chemistry": chance.choice(["lfp", "ncm"]),
            "energy": some(chance, 35, 80, 1),
            "health": some(chance, 55, 82, 0),
            "mass": some(chance, 280, 520, 1),
            "source": "service",
            "goes_to": goes_to,
            "receiver": "" if goes_to == "store" else "示例·莘县再生利用园",
            "handed_on": None if goes_to == "store" else checked.subject.span.first,
        }
        for goes_to in ("cascade", "store")
    ]
    return {"batteries": [*old, *new]}


def _selfcheck(checked: Checked, chance: Random) -> Values:
    """Mostly in order; now and then goods lie in the open, seldom a battery among them."""
    open_, hazardous = chance.random() < 0.15, chance.random() < 0.01
    return {
        "open": open_,
        "area": Decimal(chance.randint(20, 160)) if open_ else None,
        "covered": False if open_ else None,
        "hazardous": hazardous,
        "what": "lead_battery" if hazardous else None,
        "mass": Decimal(chance.randint(10, 60)) if hazardous else None,
    }


FILLED: dict[str, Fill] = {
    "renewable.station": _station,
    "renewable.sorting": _sorting,
    "renewable.e_waste": _e_waste,
    "renewable.vehicles": _vehicles,
    "renewable.tyres": _tyres,
    "renewable.batteries": _batteries,
    "renewable.selfcheck": _selfcheck,
}
