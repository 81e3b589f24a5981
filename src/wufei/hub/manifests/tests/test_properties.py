"""Random steps by random parties in random order, against a plain model of our own.

Whatever people do, a manifest's status is legal, its mass is where its status says, nothing is
created or lost, what was sealed stays, strangers learn nothing, and the recount of the ledger
agrees.
"""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from wufei.hub.ledger.services.folding import fold_all
from wufei.hub.ledger.tests.histories import examples
from wufei.hub.ledger.verify import differences
from wufei.hub.manifests.models import Manifest
from wufei.hub.manifests.tests.conftest import BATTERIES, District
from wufei.hub.manifests.tests.loads import BARGE, KINDS, NAMES, PARTIES, Deed
from wufei.hub.manifests.tests.player import Player, right_now
from wufei.hub.manifests.tests.witnesses import Outsiders, Sealed

VERBS = (
    *("issue", "load", "arrive", "accept") * 2,
    *("close", "cancel", "number", "gate", "site", "send_back", "send_back", "send_on", "redirect"),
    *("take_over", "take_over", "set_down", "pick_up", "expire", "edit", "revise", "revise"),
    *("annul", "reaccept"),
)
DEEDS = st.lists(
    st.builds(
        Deed,
        verb=st.sampled_from(VERBS),
        party=st.sampled_from([*PARTIES, "right", "right", "right", "right"]),
        pick=st.integers(0, 3),
        off=st.sampled_from([0, 0, 5, -5, 30, -30, 400]),
        kept=st.sampled_from([100, 60, 0]),
        stays=st.booleans(),
        again=st.booleans(),
    ),
    min_size=3,
    max_size=30,
)


def way(*verbs, **more):
    """Deeds to the first manifest, by whoever may do them."""
    return [Deed(verb, "right", 0, **more) for verb in verbs]


REFUSED = [*way("issue", "load", "arrive"), *way("accept", kept=0)]
RELAY = [*way("issue", stays=False), *way("load", "set_down", "take_over", "set_down", "pick_up")]
SPILT = [*way("issue", "load"), *way("arrive", off=-30), *way("accept", "close")]
PARTLY = [*way("issue", "load", "arrive"), *way("accept", kept=60)]


@pytest.fixture
def outsiders(real_district, sign_in):
    """A clerk and a driver of another firm of the town, and an officer of another town."""
    stranger = real_district.firm("stranger", "carrier", "yard").organisation
    clerk, driver = (sign_in(role, organisations=[stranger]) for role in ("clerk", "driver"))
    return Outsiders([clerk, driver, sign_in("town_officer", regions=["T2"])])


# Chance rarely refuses twice in a row: these ways are always gone.
@examples(20)
@example("hazardous", [*REFUSED, *way("redirect", "arrive"), *way("accept", kept=60)])
@example("hazardous", [*PARTLY, *way("send_back"), Deed("arrive", "right", 1)])
@example("construction", [*PARTLY, *way("send_on", stays=False), Deed("load", "right", 1, 5)])
@example("hazardous", [*RELAY, *way("arrive"), *way("accept", kept=60), *way("send_back")])
@example("hazardous", [*way("issue", "issue"), Deed("load", "right", 1), *way("expire", "load")])
@example("hazardous", [*RELAY, *way("revise", off=30), *way("arrive", off=30), *way("accept")])
@example("construction", [*way("issue"), *way("edit", off=-30), *way("load", "revise", off=5)])
@example("hazardous", [*PARTLY, *way("send_back"), Deed("annul", "right", 1), *way("send_back")])
@example("construction", [*SPILT, *way("reaccept", kept=60), *way("send_back"), *way("reaccept")])
@given(form=st.sampled_from(["hazardous", "construction"]), deeds=DEEDS)
def test_whatever_people_do_the_mass_is_where_the_status_says(
    real_district, outsiders, form, deeds
):
    # Firms of the example's own: several examples share one database.
    district = District(real_district.town, real_district.away)
    if form == "hazardous":
        district.stored("works", BATTERIES, *[50.0] * 2)
    player, sealed = Player(district, form), Sealed()
    for name in NAMES[form]:
        district.firm(name, *KINDS.get(name, ()))
    district.firm(BARGE, "carrier", "yard")
    for deed in deeds:
        player.play(deed)
        if player.loads:
            sealed.look(player.loads[deed.pick % len(player.loads)].manifest)
        outsiders.see_nothing()
    right_now(player)
    for load in player.loads:
        sealed.look(load.manifest)
    for load in player.loads[:1]:
        outsiders.learn_nothing(Manifest.objects.get(pk=load.manifest.pk))
    fold_all()
    assert differences() == []
