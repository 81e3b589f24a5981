"""Who may do what to whose documents: one line for each operation, one column for each role.

An operation is an address of a page or of the API, after a colon what of it; beside it stands what
it is tried on (``-``: on nothing in particular; ``oneself``: on one's own account). Columns:

``o`` documents of one's own organisation · ``r`` of one's region · ``a`` anybody's · ``.`` none

Everybody but the outsider has a part in the first town's documents, nobody in the second town's.
"""

from dataclasses import dataclass

from tests.permissions.bodies import BROWSER, PROGRAM
from tests.permissions.district import LIKE, ROLES

_HEAD = """
                                                  consignor
                                                  | carrier
                                                  | | consignee
                                                  | | | driver (of the carrier)
                                                  | | | | reader (auditor)
                                                  | | | | | town officer
                                                  | | | | | | department officer
                                                  | | | | | | | outsider (of the same town)
"""
_TABLE = """
== Through the API
api.manifest.list                  -              o o o o a r a o
api.manifest.detail                issued         o o o o a r a .
api.manifest.issue                 -              o . . . . . . .
api.manifest.edit                  issued         o . . . . . . .
api.manifest.cancel                issued         o . . . . . . .
api.manifest.leg                   issued         . o . o . . . .
api.manifest.sign:load             issued         . o . o . . . .
api.manifest.sign:arrive           loaded         . . o . . . . .
api.manifest.sign:accept           arrived        . . o . . . . .
api.manifest.sign:close            accepted       o . . . . . . .
api.manifest.take_over             relay          . o . o . . . .
api.manifest.set_down              loaded         . o . o . . . .
api.manifest.pick_up               halted         . o . o . . . .
api.manifest.send_back             refused        . . o . . . . .
api.manifest.send_on               refused        o . . . . . . .
api.manifest.redirect              refused        o . . . . . . .
api.manifest.revise                loaded         o o . . . . . .
api.manifest.annul                 loaded         o o . . . . . .
api.revision.list                  -              o o o o . . . o
api.revision.detail                revision       o o o o a r a .
api.revision.decide                revision       . o . o . . . .
api.revision.withdraw              revision       o . . . . . . .
api.manifest.emergency             -              o . . . . . . .
api.manifest.complete              emergency      o . . . . . . .
api.manifest.paper                 -              o . . . . . . .
api.scan.out                       -              o . . . . . . .
api.scan.in                        -              . . o . . . . .
api.vehicle.manifest               truck          o o o o a r a .
api.receipt                        receipt        o o o o a r a .
api.draft.list                     -              o o o . . . . o
api.draft.save                     -              o . . . . . . .
api.draft.delete                   draft          o . . . . . . .
api.round.list                     -              o o o o a r a o
api.round.detail                   round          . o o o a r a .
api.round.start                    -              . o . o . . . .
api.round.add_stop                 round          . o . o . . . .
api.round.collect                  round          . o . o . . . .
api.round.skip                     round          . o . o . . . .
api.round.correct                  round          . o . o . . . .
api.round.finish                   round          . o . o . . . .
api.round.receive                  round          . . o . . . . .
api.site.list                      -              o o o . . . . o
api.carrier.list                   -              o o o . . . . o
api.vehicle.list                   -              o o o o a r a o
api.waste.list                     -              o o o . . . . o
api.lot.list                       -              o o o . . . . o

== Pages of the manifests
manifests.manifest.list            -              o o o o a r a o
manifests.manifest.export          -              o o o . a r a o
manifests.manifest.new             -              o o o . . . . o
manifests.manifest.emergency       -              o o o . . . . o
manifests.manifest.paper           -              o o o . . . . o
manifests.manifest.detail          issued         o o o o a r a .
manifests.manifest.sign            loaded         . . o . . . . .
manifests.manifest.sign_form       issued         o o o o . . . .
manifests.manifest.means           issued         . o . o . . . .
manifests.manifest.cancel          issued         o . . . . . . .
manifests.manifest.refused         refused        o . o . . . . .
manifests.manifest.authority       issued         o . . . . . . .
manifests.manifest.edit            issued         o . . . . . . .
manifests.manifest.revise          loaded         o o . . . . . .
manifests.manifest.annul           loaded         o o . . . . . .
manifests.manifest.complete        emergency      o . . . . . . .
manifests.manifest.pattern         issued         o . . . . . . .
manifests.manifest.code            issued         o o o o a r a .
manifests.manifest.print           issued         o o o o a r a .
manifests.manifest.invite          abroad         o . . . . . . .
manifests.manifest.slip            abroad         o . . . . . . .
manifests.invitation.revoke        invitation     o . . . . . . .
manifests.link                     link           a a a a a a a a
manifests.revision.detail          revision       o o o o a r a .
manifests.revision.decide          revision       . o . o . . . .
manifests.revision.withdraw        revision       o . . . . . . .
manifests.number.list              -              o o o . a . a o
manifests.number.export            -              o o o . a . a o
manifests.number.import            -              o o o . . . . o
manifests.number.template          -              o o o . . . . o
manifests.manifest.import          -              o o o . . . a o
manifests.manifest.template        -              o o o . . . a o
manifests.receipt.import           -              o o o . . . a o
manifests.receipt.template         -              o o o . . . a o
manifests.inbox                    -              o o o o . . . o
manifests.many                    -              o o o o . . . o
manifests.draft.list               -              o o o . . . . o
manifests.draft.save               -              o . . . . . . .
manifests.draft.delete             draft          o . . . . . . .
manifests.conflict.list            -              o o o o a r a o
manifests.conflict.export          -              o o o . a r a o
manifests.conflict.detail          conflict       o o o o a r a .
manifests.conflict.sign            conflict       . o . o . . . .
manifests.conflict.discard         conflict       . o . o . . . .
manifests.sitecode.list            -              o o o . . . . o
manifests.sitecode.renew           site           o . . . . . . .
manifests.sitecode.withdraw        site           o . . . . . . .
manifests.phone                    -              o o o o . . . o
manifests.choose_truck             oneself        o o o o . . . o
manifests.offline                  -              o o o o . . . o
manifests.offline.pack             -              o o o o . . . o
manifests.offline.truck            -              o o o o . . . o
manifests.keys                     oneself        o o o o . . . o
manifests.phones                   oneself        o o o o . . . o
manifests.phones.revoke            key            . . . o . . . .
manifests.qr                       issued         o o o o a r a .
manifests.qr.by_code               issued         o o o o . . . .
manifests.truck                    truck          a a a a . . . a
manifests.truck.remark             truck          a a a a . . . a
manifests.truck.code               truck          . o . o a r a .
manifests.truck.print              truck          . o . o a r a .
manifests.round.list               -              o o o o a r a o
manifests.round.new                -              o o o o . . . o
manifests.round                    round          . o o o a r a .
manifests.round.add                round          . o . o . . . .
manifests.round.finish             round          . o . o . . . .
manifests.round.receive            round          . . o . . . . .
manifests.stop                     stop           . o . o . . . .
manifests.stop.skip                open_stop      . o . o . . . .

== Labels and checks on the road
labels.label.list                  -              o o o . . . a o
labels.label.export                -              o o o . . . a o
labels.print                       -              o . . . . . a .
labels.run                         run            o . . . . . . .
labels.run.pdf                     run            o . . . . . . .
labels.label.detail                lot            o . . . . . a .
labels.label.edit                  lot            o . . . . . a .
labels.label.code                  lot            o . . . . . a .
labels.label.picture               lot            o . . . . . a .
labels.check                       loaded         . . . . a r a .
labels.check.show                  loaded         o o o o . . . .
labels.pass                        pass           . . . o . . . .
labels.container                   lot            o . . . a r a .

== Exemptions of batches
api.claim.list                     -              o o o . a r a o
api.claim.detail                   claim          o . . . a r a .
api.claim.withdraw                 claim          o . . . . . . .
api.claim.contest                  claim          . . . . . . a .
exemptions.lot                     lot            o . . . a r a .
exemptions.claim.list              -              o o o . a r a o
exemptions.claim.export            -              o o o . a r a o
exemptions.claim.new               -              o o o . . . . o
exemptions.claim.detail            claim          o . . . a r a .
exemptions.claim.withdraw          claim          o . . . . . . .
exemptions.claim.contest           claim          . . . . . . a .
exemptions.criterion.list          -              a a a . a a a a
exemptions.criterion.export        -              a a a . a a a a
exemptions.criterion.detail        limit          a a a . a a a a
exemptions.criterion.edit          limit          . . . . . . a .

== Evidence
evidence.log                       -              . . . . a r a .
evidence.receipt                   receipt        o o o o a r a .
evidence.receipt.json              receipt        o o o o a r a .
evidence.manifest                  issued         o o o o a r a .
evidence.movement                  movement       o . . . a r a .
evidence.verify                    -              o o o o a r a o
evidence.verify.roots              -              o o o o a r a o
evidence.verify.roots.json         -              o o o o a r a o

== Registers
registers.register                 -              o o o . a r a o
registers.register.export          oneself        o o o . . . . o

== The ledger
ledger.one_account                 -              o o o . a r a o
ledger.one_account.export          -              o o o . a r a o
ledger.holders                     -              o o o . a r a o
ledger.movements                   -              o o o . a r a o
ledger.movement.list               -              o o o . a r a o
ledger.movement.export             -              o o o . a r a o
ledger.movement.import             -              o o o . . . a o
ledger.movement.template           -              o o o . . . a o
ledger.movement                    movement       o . . . a r a .
ledger.movement.reverse            movement       o . . . . . a .
ledger.account                     account        o . . . a r a .
ledger.surplus.new                 account        o . . . . . . .
ledger.account.regroup             account        o . . . . . . .
ledger.account.regroup_row         account        o . . . . . . .
ledger.regrouping                  grouping       o . . . a r a .
ledger.regrouping.undo             grouping       o . . . . . . .
ledger.lot                         lot            o . . . a r a .
ledger.trace.lot                   lot            o . . . a r a .
ledger.trace.lot.export            lot            o . . . a r a .
ledger.trace.account               account        o . . . a r a .
ledger.trace.account.export        account        o . . . a r a .
ledger.trace.movement              movement       o . . . a r a .
ledger.trace.movement.export       movement       o . . . a r a .
ledger.trace.treatment             treatment      . . o . a r a .
ledger.trace.treatment.export      treatment      . . o . a r a .
ledger.trace.manifest              loaded         o o o . a r a .
ledger.trace.manifest.export       loaded         o o o . a r a .
ledger.stock                       -              o o o . a r a o
ledger.stock.export                -              o o o . a r a o
ledger.entry.new                   -              o . . . . . a .
ledger.entry.conversion            -              o o o . . . a o
ledger.treatment.new               -              . . o . . . . .
ledger.treatment.balance           -              . . o . . . . .
ledger.treatment.row               -              o . . . . . . .
ledger.treatment                   treatment      . . o . a r a .
ledger.treatment.reverse           treatment      . . o . . . a .
ledger.stocktake.new               -              o . . . . . . .

== Forms, through the API
api.form.list                      -              a a a a a a a a
api.form.schema                    form           a a a a a a a a
api.filing.list                    -              o o o o a r a o
api.filing.detail                  amended        o . . . a r a .
api.filing.detail:hauling          haulage        . o . o a r a .
api.filing.versions                amended        o . . . a r a .
api.filing.draft                   -              o . . . . . . .
api.filing.draft:helped            -              o . . . . r . .
api.filing.submit                  unsent         o . . . . . . .
api.filing.decide:forward          sent           . . . . . r a .
api.filing.decide:return           sent           . . . . . r a .
api.filing.decide:reject           forwarded      . . . . . . a .
api.filing.decide:last             forwarded      . . . . . . a .
api.filing.decide:town             for_towns      . . . . . r . .
api.filing.decide:department       for_department . . . . . . a .
api.filing.bring_back              licence        o . . . . . a .
api.filing.bring_back:reviewed     judged         . . . . . . a .

== Pages of the forms
filings.mine                       -              o o o . . r o o
filings.file                       oneself        o o o . . r o o
filings.look.organisation          -              a a a . . a a a
filings.type.list                  -              a a a a a a a a
filings.type.detail                form           a a a a a a a a
filings.type.start                 form           a a a . . a a a
filings.type.start:begin           form           o . . . . . . .
filings.type.start:helped          farm_form      o . . . . r . .
filings.type.template              form           a a a . . a a a
filings.type.import                form           a a a . . a a a
filings.type.export                form           a a a . a a a a
filings.filing.list                -              o o o o a r a o
filings.filing.export              -              o o o . a r a o
filings.filing.detail              amended        o . . . a r a .
filings.filing.detail:unsent       unsent         o . . . a r a .
filings.filing.detail:hauling      haulage        . o . o a r a .
filings.filing.print               amended        o . . . a r a .
filings.filing.edit                unsent         o . . . . . . .
filings.filing.edit:helped         helped         o . . . . r . .
filings.filing.edit:hauling        haulage        . o . . . . . .
filings.filing.edit:save           unsent         o . . . . . . .
filings.filing.autosave            unsent         o . . . . . . .
filings.filing.amend               sent           o . . . . . . .
filings.filing.withdraw            sent           o . . . . . . .
filings.filing.phone               helped         o . . . . r . .
filings.filing.phone:send          helped         o . . . . r . .
filings.filing.remind              late           . . . . . r a .
filings.review.list                -              . . . . . r a .
filings.review.one                 sent           . . . . . r a .
filings.review.one:forward         sent           . . . . . r a .
filings.review.one:send_back       sent           . . . . . r a .
filings.review.one:reject          forwarded      . . . . . . a .
filings.review.one:last            forwarded      . . . . . . a .
filings.review.one:town            for_towns      . . . . . r . .
filings.review.one:department      for_department . . . . . . a .
filings.review.bring_back          licence        o . . . . . a .
filings.review.bring_back:open     licence        o . . . . . a .
filings.review.bring_back:reviewed judged         . . . . . . a .
filings.completeness               -              . . . . a r a .
filings.completeness.export        -              . . . . a r a .
filings.completeness.remind        oneself        . . . . . r a .
filings.due.list                   -              a a a . a a a a
filings.due.export                 -              a a a . a a a a
filings.due.detail                 due            a a a . a a a a
filings.due.new                    -              . . . . . . a .
filings.obligation.list            -              o o o . a r a o
filings.obligation.export          -              o o o . a r a o
filings.obligation.detail          obligation     o . . . a r a .
filings.obligation.new             -              . . . . . . a .
"""


@dataclass(frozen=True)
class Row:
    """One line; ``name`` is the operation, ``thing`` what it is tried on."""

    name: str
    thing: str
    letters: str

    @property
    def operation(self) -> str:
        return self.name.partition(":")[0]

    @property
    def variant(self) -> str:
        return self.name.partition(":")[2]

    @property
    def writes(self) -> bool:
        return self.name in PROGRAM or self.name in BROWSER

    @property
    def about_nothing(self) -> bool:
        return self.thing in ("-", "oneself", "form", "farm form", "due")

    def may(self, role: str, *, own: bool) -> bool:
        """``own``: a document of the town in which this role has a part."""
        letter = self.letters[ROLES.index(LIKE.get(role, role))]
        return letter == "a" or (own and letter in "or")


def _read(table: str) -> tuple[Row, ...]:
    rows = []
    for line in table.splitlines():
        if line and not line.startswith("=="):
            name, thing, *letters = line.split()
            assert len(letters) == len(ROLES), line
            rows.append(Row(name, thing.replace("_", " "), "".join(letters)))
    return tuple(rows)


ROWS = _read(_TABLE)

_GUIDE = """# Who may do what

Every operation on manifests, on what stands around them and on forms – pages and `/api/v1` –, tried
by a test as each of eight people on documents in which they have a part and on documents in which
they have none (`tests/permissions`, where this page is written from). A page that is opened is not
yet something done: what it sends is a line of its own, here or in the part on the API.

A form that waits is tried on each who may look at it: `town` and `department` where only they do,
`last` where the town has passed it on. An agent does for the firms that it serves what they do.

`o` documents of one's own organisation · `r` of one's region · `a` anybody's · `.` none. Beside
each operation stands what it is tried on: `-` nothing in particular, `oneself` one's own account.
"""


def shown() -> str:
    """The page of the guide."""
    return f"{_GUIDE}\n```text\n{_HEAD.strip(chr(10))}\n{_TABLE.strip()}\n```\n"
