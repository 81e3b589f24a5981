-- Every statement that records movements leaves its sums in ledger_unfolded, in its own
-- transaction. There is no watermark: whoever folds takes rows, never a range of ids or times.
CREATE FUNCTION ledger_movement_unfold() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO ledger_unfolded (day, region_id, waste_id, holder_id, kind, method, in_g, out_g)
    SELECT side.day, a.region_id, a.waste_id, a.holder_id, a.kind, a.method,
           sum(side.in_g), sum(side.out_g)
    FROM (
        SELECT day, target_id AS account_id, sign * mass_g AS in_g, 0 AS out_g FROM recorded
        UNION ALL
        SELECT day, source_id, 0, sign * mass_g FROM recorded
    ) side JOIN ledger_account a ON a.id = side.account_id
    GROUP BY 1, 2, 3, 4, 5, 6;
    RETURN NULL;
END $$;

CREATE TRIGGER ledger_movement_unfold AFTER INSERT ON ledger_movement
    REFERENCING NEW TABLE AS recorded
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_movement_unfold();
