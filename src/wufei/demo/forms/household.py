"""What the demo's estates, villages, kitchens, works and plants of household waste fill in."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from random import Random

from wufei.demo.forms import Fill
from wufei.domains.household.filings.plant_rules import days_section
from wufei.hub.filings.declarations import Checked, Values

_HOURS = "6:30—8:30, 18:00—20:00"
_T, _UNIT = Decimal("0.001"), Decimal(1)


def _between(chance: Random, least: float, most: float, places: str = "0.1") -> Decimal:
    return Decimal(str(chance.uniform(least, most))).quantize(Decimal(places))


def _points(checked: Checked, chance: Random) -> Values:
    known = checked.form.rows.get("points", ()) or ({"name": "示例一号收集房"},)
    return {"points": [_point(row, chance) for row in known]}


def _point(row: Values, chance: Random) -> Values:
    if row.get("households"):
        return row
    return {
        **row,
        "kind": chance.choice(["house", "smart", "point"]),
        "residual": chance.randint(4, 10),
        "kitchen": chance.randint(3, 8),
        "recyclable": chance.randint(2, 4),
        "harmful": 1,
        "capacity": _between(chance, 3, 8),
        "households": chance.randint(180, 420),
        "keeper": "示例管护员",
        "hours": _HOURS,
    }


def _village(checked: Checked, chance: Random) -> Values:
    households = checked.form.values.get("households") or chance.randint(180, 420)
    had = checked.form.values.get("with_bin") or round(households * 0.82)
    with_bin = min(households, had + chance.randint(0, 8))
    return {
        "households": households,
        "with_bin": with_bin,
        "frequency": checked.form.values.get("frequency") or "daily",
        "cleaners": checked.form.values.get("cleaners") or 2 + households // 150,
        "litter": chance.random() < 0.1,
    }


def _rounds(checked: Checked, chance: Random) -> Values:
    complaints = chance.randint(0, 6)
    return {
        "points": checked.form.values.get("points") or 46,
        "overfull": chance.randint(0, 4),
        "mixed": chance.randint(0, 1),
        "complaints": complaints,
        "answered": complaints,
        "rounds": [
            {**row, "planned": row["trips"] + chance.randint(0, 1), "made": row["trips"]}
            for row in checked.form.rows.get("rounds", ())
        ],
    }


def _transfer(checked: Checked, chance: Random) -> Values:
    came = checked.form.total("balance", "came")
    return {
        "leachate": (came * _between(chance, 0.03, 0.08, "0.001")).quantize(Decimal("0.1")),
        "flushed": min(checked.subject.span.days, chance.randint(26, 30)),
        "odour_checks": 8,
        "odour_bad": 0,
        "down": chance.randint(0, 6),
    }


def _plant(checked: Checked, chance: Random) -> Values:
    section = days_section(checked)
    rows = checked.form.rows.get(section, ())
    if section == "days_incinerator":
        return {section: _burnt(checked, chance)}
    return {section: [{**row, **_made(section, row, chance)} for row in rows]}


def _burnt(checked: Checked, chance: Random) -> list[Values]:
    """Fly ash is shared out over the days as the ledger has it in all."""
    known = checked.form.rows.get("days_incinerator", ())
    burnt = sum((row["treated"] for row in known), Decimal(0))
    ash = Decimal(sum(flow.arisen_g for flow in checked.facts["fly_ash"])) / 1_000_000
    found: list[Values] = []
    for row in known:
        treated = row["treated"]
        power = (treated * chance.randint(340, 390)).quantize(_UNIT)
        of_it = ash * treated / burnt if ash and burnt else treated * Decimal("0.03")
        found.append(
            {
                **row,
                "power": power,
                "sold": (power * Decimal("0.84")).quantize(_UNIT),
                "slag": (treated * _between(chance, 0.19, 0.24, "0.001")).quantize(_T),
                "fly_ash": of_it.quantize(_T),
                "leachate": (row["received"] * _between(chance, 0.1, 0.2, "0.01")).quantize(
                    Decimal("0.1")
                ),
                "hours": Decimal(48 if treated else 0),
            }
        )
    return found


def _made(section: str, row: Values, chance: Random) -> Values:
    treated: Decimal = row["treated"]
    if section == "days_kitchen":
        return {
            "biogas": (treated * chance.randint(60, 85)).quantize(_UNIT),
            "oil": (treated * _between(chance, 0.015, 0.03, "0.001")).quantize(_T),
            "residue": (treated * _between(chance, 0.08, 0.14, "0.001")).quantize(_T),
            "leachate": (treated * Decimal("0.6")).quantize(Decimal("0.1")),
        }
    if section == "days_landfill":
        return {"cover": (treated * Decimal("0.1")).quantize(_T)}
    return {"residue": (treated * Decimal("0.05")).quantize(_T)}


def _contract(checked: Checked, chance: Random) -> Values:
    day = checked.subject.span.first
    collectors = sorted(checked.facts["collectors"], key=str)
    return {
        "number": f"示例-CC-{day:%Y}-{chance.randint(1, 999):03}",
        "valid_from": day,
        "valid_until": day + timedelta(days=364),
        "collector": collectors[0] if collectors else None,
        "a_day": Decimal(chance.randint(60, 240)),
        "grease": True,
        "seats": chance.randint(60, 300),
    }


def _catering(checked: Checked, chance: Random) -> Values:
    food = checked.form.values.get("food") or Decimal(chance.randint(1500, 3500))
    return {
        "food": food,
        "grease": checked.form.values.get("grease") or Decimal(chance.randint(20, 60)),
        "pickups": chance.randint(20, 28),
    }


def _sludge(checked: Checked, chance: Random) -> Values:
    """About so much sewage as leaves this sludge; a little stands at the works."""
    wet = checked.form.values.get("wet") or Decimal(0)
    water = _between(chance, 76, 79.5)
    dry = wet * (100 - water) / 100
    before = checked.form.values.get("before") or Decimal(0)
    return {
        "water": water,
        "sewage": (dry / _between(chance, 1.3, 1.8)).quantize(_T),
        "before": before,
        "after": before + wet - checked.form.total("went", "mass"),
        "went": [
            {**row, "method": row.get("method") or "compost"}
            for row in checked.form.rows.get("went", ())
        ],
    }


def _faeces(checked: Checked, chance: Random) -> Values:
    trips = checked.form.values.get("trips")
    made: Values = {} if trips else {"trips": 8, "mass": Decimal(64)}
    return {**made, "tanks": chance.randint(20, 60), "to": "compost"}


FILLED: Mapping[str, Fill] = {
    "household.points": _points,
    "household.village": _village,
    "household.rounds": _rounds,
    "household.transfer": _transfer,
    "household.plant": _plant,
    "household.catering_contract": _contract,
    "household.catering": _catering,
    "household.sludge": _sludge,
    "household.faeces": _faeces,
}
