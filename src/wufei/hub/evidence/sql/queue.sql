-- Every statement that records movements or signatures queues their ids, in its own transaction:
-- what is rolled back was never queued, what commits late is taken when it is there.
CREATE FUNCTION evidence_queue() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO evidence_pending (kind, rows)
    SELECT TG_ARGV[0]::smallint, array_agg(id) FROM queued GROUP BY id / 4096;
    RETURN NULL;
END $$;

CREATE TRIGGER evidence_queue AFTER INSERT ON ledger_movement
    REFERENCING NEW TABLE AS queued
    FOR EACH STATEMENT EXECUTE FUNCTION evidence_queue(1);

CREATE TRIGGER evidence_queue AFTER INSERT ON manifests_signature
    REFERENCING NEW TABLE AS queued
    FOR EACH STATEMENT EXECUTE FUNCTION evidence_queue(2);
