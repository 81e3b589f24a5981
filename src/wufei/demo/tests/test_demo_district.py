"""The demo district's facts are formally right and plainly invented."""

from collections import Counter

from wufei.demo import district
from wufei.demo.entering import MEMBERS
from wufei.demo.people import DEMO_USERS
from wufei.hub.catalogue.shipped import waste_types
from wufei.hub.registry.models import Device, Licence, Organisation, Site, Vehicle
from wufei.hub.registry.rules.codes import credit_code_problem, organisation_code_problem
from wufei.hub.registry.rules.plates import plate_problem
from wufei.hub.registry.rules.positions import Extent

TOWNS = {"湖西街道", "李海务街道", "于集镇", "朱老庄镇"}
DISTRICT = Extent(115.9, 36.3, 116.1, 36.45)


def test_every_organisation_says_that_it_is_invented():
    assert all(firm.name.startswith(district.MARK) for firm in district.firms())
    assert all(firm.name_en.startswith(district.MARK_EN) for firm in district.firms())


def test_credit_codes_have_right_check_digits_and_are_unique():
    codes = [firm.credit_code for firm in district.firms() if firm.credit_code]
    assert len(codes) == len(set(codes)) > 75
    assert not [code for code in codes if credit_code_problem(code)]
    assert not [code for code in codes if organisation_code_problem(code)]


def test_every_vehicle_has_a_plate_that_could_exist():
    plates = [truck.plate for truck in district.trucks()]
    assert len(plates) == len(set(plates)) == 49
    assert not [plate for plate in plates if plate_problem(plate)]


def test_all_domains_and_towns_are_there():
    inside = [firm for firm in district.firms() if not firm.outside]
    domains = Counter(domain for firm in inside for domain in firm.domains)
    assert min(domains[code] for code in _DOMAINS) >= 5
    assert {firm.region for firm in inside} == TOWNS
    assert 75 <= len(inside) <= 140


_DOMAINS = ("industrial", "agricultural", "household", "construction", "hazardous", "renewable")


def test_sites_of_the_district_lie_in_it_and_the_others_do_not():
    for firm in district.firms():
        here = DISTRICT.holds(float(firm.longitude), float(firm.latitude))
        assert here is not firm.outside, firm.key


def test_kinds_are_the_registers_own():
    for firm in district.firms():
        assert firm.kind in Organisation.Kind.values
        assert firm.site_kind in Site.Kind.values
    assert {truck.kind for truck in district.trucks()} <= set(Vehicle.Kind.values)
    assert {p.kind for p in district.permissions()} <= set(Licence.Kind.values)
    assert {"jt808", "hj212", "scale", "camera", "bin", "gate"} == set(Device.Kind.values)


def test_everything_refers_to_an_organisation_that_is_there():
    keys = {firm.key for firm in district.firms()}
    named = {truck.carrier for truck in district.trucks()}
    named |= {permission.organisation for permission in district.permissions()}
    named |= {allowance.organisation for allowance in district.allowances()}
    named |= {key for members in MEMBERS.values() for key in members}
    assert named <= keys
    assert set(MEMBERS) <= {person.username for person in DEMO_USERS}


def test_quotas_name_known_wastes():
    codes = {row["code"] for row in waste_types()}
    assert {allowance.code for allowance in district.allowances()} <= codes


def test_some_licences_are_about_to_end():
    left = sorted(permission.days_left for permission in district.permissions())
    assert left[0] < 0
    for days in (7, 15, 30):
        assert sum(0 <= each <= days for each in left) >= 2
