"""Short addresses: they stand in QR codes, so they stay as they are for good."""

from django.urls import URLPattern, URLResolver, path

from wufei.hub.manifests.views import drivers, phone, prints, rounds, trucks

urlpatterns: list[URLPattern | URLResolver] = [
    path("m/", phone.home, name="manifests.phone"),
    path("m/find/", phone.lookup, name="manifests.find"),
    path("m/truck/", drivers.choose, name="manifests.choose_truck"),
    path("m/rounds/", rounds.rounds, name="manifests.round.list"),
    path("m/rounds/new/", rounds.new, name="manifests.round.new"),
    path("m/rounds/<uuid:uuid>/", rounds.page, name="manifests.round"),
    path("m/rounds/<uuid:uuid>/add/", rounds.add, name="manifests.round.add"),
    path("m/rounds/<uuid:uuid>/finish/", rounds.finish, name="manifests.round.finish"),
    path("m/rounds/<uuid:uuid>/receive/", rounds.receive, name="manifests.round.receive"),
    path("m/stops/<int:pk>/", rounds.stop, name="manifests.stop"),
    path("m/stops/<int:pk>/skip/", rounds.skip, name="manifests.stop.skip"),
    path("m/<uuid:uuid>/", phone.code, name="manifests.qr"),
    path("t/<uuid:uuid>/", trucks.truck, name="manifests.truck"),
    path("t/<uuid:uuid>/remark/", trucks.remark, name="manifests.truck.remark"),
    path("t/<uuid:uuid>/code.svg", prints.truck_code, name="manifests.truck.code"),
    path("t/<uuid:uuid>/print/", prints.truck_pdf, name="manifests.truck.print"),
]
