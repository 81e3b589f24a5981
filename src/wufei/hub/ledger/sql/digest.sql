-- Digest of a movement's content, so that a row changed behind the ledger's back is found.
-- Numbers and times as PostgreSQL sends them in binary (8 bytes; times in microseconds since
-- 2000-01-01, missing ones as nothing, their presence is in the first field); texts at the end,
-- separated by the unit separator, which no field can hold. Written in plpgsql, whose
-- expressions are prepared once a session: this runs for every row.
CREATE FUNCTION ledger_movement_digest(m ledger_movement) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN sha256(
        int4send(num_nulls(m.group_uuid) + 2 * num_nulls(m.source_from_g)
            + 4 * num_nulls(m.target_from_g) + 8 * num_nulls(m.reverses_id)
            + 16 * num_nulls(m.original_value) + 32 * num_nulls(m.density_kg_m3))
        || uuid_send(m.uuid) || coalesce(uuid_send(m.group_uuid), ''::bytea)
        || int8send(m.source_id) || int8send(m.target_id) || int8send(m.mass_g)
        || int2send(m.sign) || timestamptz_send(m.happened_at) || timestamptz_send(m.recorded_at)
        || int8send(coalesce(m.source_from_g, 0)) || int8send(coalesce(m.target_from_g, 0))
        || int8send(coalesce(m.reverses_id, 0))
        || convert_to(concat_ws(E'\x1f', m.kind, coalesce(m.original_value::text, ''),
            m.original_unit, coalesce(m.density_kg_m3::text, ''), m.cause, m.actor), 'UTF8'));
END $$;

CREATE FUNCTION ledger_movement_seal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.digest := ledger_movement_digest(NEW);
    RETURN NEW;
END $$;

CREATE TRIGGER ledger_movement_seal BEFORE INSERT ON ledger_movement
    FOR EACH ROW EXECUTE FUNCTION ledger_movement_seal();
