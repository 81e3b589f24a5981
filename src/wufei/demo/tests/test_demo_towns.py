"""The schematic outlines of the towns hold what the demo puts into these towns."""

import csv
import json
from pathlib import Path

from shapely.geometry import Point, shape

SOURCE = Path(__file__).parents[2]


def test_every_demo_site_lies_in_the_outline_of_its_town():
    towns = json.loads((SOURCE / "ui/static/ui/towns-schematic.json").read_text())
    outlines = {town["properties"]["name"]: shape(town["geometry"]) for town in towns["features"]}
    assert len(outlines) == 4
    assert all(town["properties"]["schematic"] for town in towns["features"])
    with (SOURCE / "demo/data/organisations.csv").open() as file:
        outside = [
            row["key"]
            for row in csv.DictReader(file)
            if row["region"] in outlines
            and not outlines[row["region"]].contains(
                Point(float(row["longitude"]), float(row["latitude"]))
            )
        ]
    assert outside == []
