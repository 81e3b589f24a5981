-- Every statement that records movements leaves its sums in ledger_unfolded, in its own
-- transaction. There is no watermark: whoever folds takes rows, never a range of ids or times.
--
-- A statement of many rows (an import) adds its sums to the facts itself, if no one is folding at
-- the moment: only who holds the folder's lock (services/folding.py) touches the facts, and it is
-- tried, never waited for.
--
-- Summed by account first: the keys of an account are texts and joins, its id is one number.
CREATE FUNCTION ledger_movement_unfold() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT count(*) FROM (SELECT FROM recorded LIMIT 500) AS first) < 500
            OR NOT pg_try_advisory_xact_lock(2004182629) THEN
        INSERT INTO ledger_unfolded (day, region_id, waste_id, holder_id, kind, method, in_g, out_g)
        SELECT s.day, a.region_id, a.waste_id, a.holder_id, a.kind, a.method,
               sum(s.in_g), sum(s.out_g)
        FROM (
            SELECT day, target_id AS account_id, sum(sign * mass_g) AS in_g, 0 AS out_g
            FROM recorded GROUP BY 1, 2
            UNION ALL
            SELECT day, source_id, 0, sum(sign * mass_g) FROM recorded GROUP BY 1, 2
        ) s JOIN ledger_account a ON a.id = s.account_id
        GROUP BY 1, 2, 3, 4, 5, 6;
        RETURN NULL;
    END IF;
    WITH days AS MATERIALIZED (
        SELECT s.day, a.region_id, a.waste_id, a.holder_id, a.kind, a.method,
               sum(s.in_g) AS in_g, sum(s.out_g) AS out_g
        FROM (
            SELECT day, target_id AS account_id, sum(sign * mass_g) AS in_g, 0 AS out_g
            FROM recorded GROUP BY 1, 2
            UNION ALL
            SELECT day, source_id, 0, sum(sign * mass_g) FROM recorded GROUP BY 1, 2
        ) s JOIN ledger_account a ON a.id = s.account_id
        GROUP BY 1, 2, 3, 4, 5, 6
    ), months AS (
        INSERT INTO ledger_flowmonth AS f
            (month, region_id, waste_id, holder_id, kind, method, in_g, out_g)
        SELECT date_trunc('month', day)::date AS month, region_id, waste_id, holder_id, kind,
               method, sum(in_g), sum(out_g)
        FROM days GROUP BY 1, 2, 3, 4, 5, 6
        ON CONFLICT (month, region_id, waste_id, holder_id, kind, method) DO UPDATE
        SET in_g = f.in_g + EXCLUDED.in_g, out_g = f.out_g + EXCLUDED.out_g
    )
    INSERT INTO ledger_flowday AS f
        (day, region_id, waste_id, holder_id, kind, method, in_g, out_g)
    SELECT * FROM days
    ON CONFLICT (day, region_id, waste_id, holder_id, kind, method) DO UPDATE
    SET in_g = f.in_g + EXCLUDED.in_g, out_g = f.out_g + EXCLUDED.out_g;
    RETURN NULL;
END $$;

CREATE TRIGGER ledger_movement_unfold AFTER INSERT ON ledger_movement
    REFERENCING NEW TABLE AS recorded
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_movement_unfold();
