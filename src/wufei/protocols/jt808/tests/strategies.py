"""What hypothesis draws: messages of every kind and edition."""

from hypothesis import strategies as st

from wufei.protocols import jt808

EDITIONS = (2011, 2013, 2019)
u8, u16, u32 = (st.integers(0, 2**bits - 1) for bits in (8, 16, 32))
texts = st.text("ABCxyz0123456789测鲁粤", max_size=3)
codes = st.text("abcdef0123456789", min_size=1, max_size=40)
# Whole seconds between 2000 and 2099, Beijing time; None is a terminal without a clock.
times = st.none() | st.integers(946_656_000, 4_102_415_999).map(lambda s: s * 1000)
microdegrees = st.integers(-180_000_000, 180_000_000).map(lambda micro: micro / 1_000_000)
extras = st.builds(jt808.Extra, id=u8, value=st.binary(max_size=12))
mileages = st.builds(jt808.Extra, id=st.just(1), value=st.binary(min_size=4, max_size=4))
# Bits 2 and 3 follow from the signs of the degrees.
statuses = u32.map(lambda bits: bits & ~0b1100)


@st.composite
def positions(draw, extras=st.lists(extras | mileages, max_size=5).map(tuple)):  # noqa: B008
    longitude, latitude = draw(microdegrees), draw(microdegrees)
    status = draw(statuses) | (4 if latitude < 0 else 0) | (8 if longitude < 0 else 0)
    return jt808.Position(
        longitude=longitude,
        latitude=latitude,
        time_ms=draw(times),
        speed_kmh=draw(u16) / 10,
        heading_deg=draw(u16),
        altitude_m=draw(u16),
        alarm=draw(u32),
        status=status,
        extras=draw(extras),
    )


def phones(edition):
    width = 20 if edition == 2019 else 12
    return st.text("0123456789", min_size=width, max_size=width)


def headers(message_ids=u16, editions=EDITIONS):
    def of(edition):
        return st.builds(
            jt808.Header,
            message_id=message_ids,
            phone=phones(edition),
            serial=u16,
            version=st.just(1) if edition == 2019 else st.none(),
        )

    return st.sampled_from(editions).flatmap(of)


def registers(edition):
    plates = st.sampled_from(["鲁P12345", "鲁PD12345", "测A88888", "LFWSRXSJ0M1F00001"])
    return st.builds(
        jt808.Register,
        plate=plates,
        layout=st.just(str(edition)),
        province=u16,
        city=u16,
        maker=st.text("ABC12", max_size=5),
        model=texts,
        terminal_id=texts,
        plate_colour=u8,
    )


messages = st.one_of(
    st.tuples(headers(st.just(0x0200)), positions()),
    st.tuples(
        headers(st.just(0x0704)),
        st.builds(jt808.Positions, st.lists(positions(), max_size=8).map(tuple), st.integers(0, 1)),
    ),
    *(st.tuples(headers(st.just(0x0100), (edition,)), registers(edition)) for edition in EDITIONS),
    st.tuples(headers(st.just(0x0102), (2011, 2013)), st.builds(jt808.Authenticate, codes)),
    st.tuples(
        headers(st.just(0x0102), (2019,)),
        st.builds(
            jt808.Authenticate,
            codes,
            st.text("0123456789", max_size=15),
            codes.map(lambda c: c[:20]),
        ),
    ),
    st.tuples(headers(st.just(0x0002)), st.just(jt808.Heartbeat())),
    st.tuples(headers(st.just(0x0003)), st.just(jt808.Deregister())),
    st.tuples(headers(st.just(0x0001)), st.builds(jt808.TerminalReply, u16, u16, u8)),
    st.tuples(headers(st.just(0x8001)), st.builds(jt808.PlatformReply, u16, u16, u8)),
    st.tuples(headers(st.just(0x8100)), st.builds(jt808.RegisterReply, u16, u8, codes)),
    st.tuples(headers(st.just(0x0900)), st.builds(jt808.Other, st.binary(max_size=1023))),
)
