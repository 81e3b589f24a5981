-- Every statement that records movements leaves its sums in ledger_unfolded, in its own
-- transaction. There is no watermark: whoever folds takes rows, never a range of ids or times.
--
-- A statement of many rows (an import) adds its sums to the facts itself, if no one is folding at
-- the moment: only who holds the folder's lock (services/folding.py) touches the facts, and it is
-- tried, never waited for.
--
-- Summed by pairs of accounts first: the keys of an account are texts and joins, its id is one
-- number. Each pair makes two sides; days tell apart the other end too, months do not.
CREATE OR REPLACE FUNCTION ledger_movement_unfold() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT count(*) FROM (SELECT FROM recorded LIMIT 500) AS first) < 500
            OR NOT pg_try_advisory_xact_lock(2004182629) THEN
        INSERT INTO ledger_unfolded (day, region_id, waste_id, holder_id, kind, method, place_id,
            other_kind, across, in_g, out_g, in_count, out_count)
        SELECT r.day, e.region_id, e.waste_id, e.holder_id, e.kind, e.method, e.place_id,
               e.other_kind, s.holder_id <> t.holder_id,
               sum(e.in_g), sum(e.out_g), sum(e.in_count), sum(e.out_count)
        FROM (
            SELECT day, source_id, target_id, sum(sign * mass_g) AS mass_g, count(*) AS count
            FROM recorded GROUP BY 1, 2, 3) r
        JOIN ledger_account s ON s.id = r.source_id JOIN ledger_account t ON t.id = r.target_id
        CROSS JOIN LATERAL (VALUES
            (t.region_id, t.waste_id, t.holder_id, t.kind, t.method, t.place_id, s.kind,
             r.mass_g, 0, r.count, 0),
            (s.region_id, s.waste_id, s.holder_id, s.kind, s.method, s.place_id, t.kind,
             0, r.mass_g, 0, r.count)
        ) AS e(region_id, waste_id, holder_id, kind, method, place_id, other_kind,
               in_g, out_g, in_count, out_count)
        GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9;
        RETURN NULL;
    END IF;
    WITH days AS MATERIALIZED (
        SELECT r.day, e.region_id, e.waste_id, e.holder_id, e.kind, e.method, e.place_id,
               e.other_kind, s.holder_id <> t.holder_id AS across,
               sum(e.in_g) AS in_g, sum(e.out_g) AS out_g,
               sum(e.in_count) AS in_count, sum(e.out_count) AS out_count
        FROM (
            SELECT day, source_id, target_id, sum(sign * mass_g) AS mass_g, count(*) AS count
            FROM recorded GROUP BY 1, 2, 3) r
        JOIN ledger_account s ON s.id = r.source_id JOIN ledger_account t ON t.id = r.target_id
        CROSS JOIN LATERAL (VALUES
            (t.region_id, t.waste_id, t.holder_id, t.kind, t.method, t.place_id, s.kind,
             r.mass_g, 0, r.count, 0),
            (s.region_id, s.waste_id, s.holder_id, s.kind, s.method, s.place_id, t.kind,
             0, r.mass_g, 0, r.count)
        ) AS e(region_id, waste_id, holder_id, kind, method, place_id, other_kind,
               in_g, out_g, in_count, out_count)
        GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
    ), months AS (
        INSERT INTO ledger_flowmonth AS f
            (month, region_id, waste_id, holder_id, kind, method, in_g, out_g)
        SELECT date_trunc('month', day)::date AS month, region_id, waste_id, holder_id, kind,
               method, sum(in_g), sum(out_g)
        FROM days GROUP BY 1, 2, 3, 4, 5, 6
        ON CONFLICT (month, region_id, waste_id, holder_id, kind, method) DO UPDATE
        SET in_g = f.in_g + EXCLUDED.in_g, out_g = f.out_g + EXCLUDED.out_g
    )
    INSERT INTO ledger_flowday AS f (day, region_id, waste_id, holder_id, kind, method, place_id,
        other_kind, across, in_g, out_g, in_count, out_count)
    SELECT * FROM days
    ON CONFLICT (day, region_id, waste_id, holder_id, kind, method, place_id, other_kind, across)
    DO UPDATE SET in_g = f.in_g + EXCLUDED.in_g, out_g = f.out_g + EXCLUDED.out_g,
        in_count = f.in_count + EXCLUDED.in_count, out_count = f.out_count + EXCLUDED.out_count;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER ledger_movement_unfold AFTER INSERT ON ledger_movement
    REFERENCING NEW TABLE AS recorded
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_movement_unfold();
