-- Digest of a movement's content, so that a row changed behind the ledger's back is found.
-- Fields are separated by the unit separator, which no field can hold; times are microseconds.
CREATE FUNCTION ledger_movement_digest(m ledger_movement) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT sha256(convert_to(
        m.uuid::text || E'\x1f' || coalesce(m.group_uuid::text, '') || E'\x1f' || m.kind || E'\x1f'
        || m.source_id || E'\x1f' || m.target_id || E'\x1f' || m.mass_g || E'\x1f' || m.sign
        || E'\x1f' || (extract(epoch FROM m.happened_at) * 1000000)::bigint
        || E'\x1f' || (extract(epoch FROM m.recorded_at) * 1000000)::bigint
        || E'\x1f' || coalesce(m.source_from_g::text, '')
        || E'\x1f' || coalesce(m.target_from_g::text, '')
        || E'\x1f' || coalesce(m.original_value::text, '') || E'\x1f' || m.original_unit
        || E'\x1f' || coalesce(m.density_kg_m3::text, '')
        || E'\x1f' || m.cause || E'\x1f' || m.actor || E'\x1f' || coalesce(m.reverses_id::text, ''),
        'UTF8'))
$$;

CREATE FUNCTION ledger_movement_seal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.digest := ledger_movement_digest(NEW);
    RETURN NEW;
END $$;

CREATE TRIGGER ledger_movement_seal BEFORE INSERT ON ledger_movement
    FOR EACH ROW EXECUTE FUNCTION ledger_movement_seal();
