-- Digest of a movement's content, so that a row changed behind the ledger's back is found.
-- Numbers and times as PostgreSQL sends them in binary (8 bytes; times in microseconds since
-- 2000-01-01), what is missing is told by the first field; texts at the end, separated by the unit
-- separator, which no field can hold.
--
-- One expression, made into a function for verify and into the trigger's body: this runs for
-- every row, and a call in between would take as long as the hash. plpgsql prepares it once a
-- session.
DO $make$
DECLARE
    content text := $$ sha256(
        int4send(num_nulls(@.group_uuid) + 2 * num_nulls(@.source_from_g)
            + 4 * num_nulls(@.target_from_g) + 8 * num_nulls(@.reverses_id)
            + 16 * num_nulls(@.original_value) + 32 * num_nulls(@.density_kg_m3))
        || uuid_send(@.uuid) || coalesce(uuid_send(@.group_uuid), ''::bytea)
        || int8send(@.source_id) || int8send(@.target_id) || int8send(@.mass_g)
        || int2send(@.sign) || timestamptz_send(@.happened_at) || timestamptz_send(@.recorded_at)
        || int8send(coalesce(@.source_from_g, 0)) || int8send(coalesce(@.target_from_g, 0))
        || int8send(coalesce(@.reverses_id, 0))
        || convert_to(concat_ws(E'\x1f', @.kind, coalesce(@.original_value::text, ''),
            @.original_unit, coalesce(@.density_kg_m3::text, ''), @.cause, @.actor), 'UTF8')) $$;
BEGIN
    EXECUTE 'CREATE FUNCTION ledger_movement_digest(m ledger_movement) RETURNS bytea
        LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $f$ BEGIN RETURN '
        || replace(content, '@', 'm') || '; END $f$';
    EXECUTE 'CREATE FUNCTION ledger_movement_seal() RETURNS trigger
        LANGUAGE plpgsql AS $f$ BEGIN NEW.digest := '
        || replace(content, '@', 'NEW') || '; RETURN NEW; END $f$';
END $make$;

CREATE TRIGGER ledger_movement_seal BEFORE INSERT ON ledger_movement
    FOR EACH ROW EXECUTE FUNCTION ledger_movement_seal();
