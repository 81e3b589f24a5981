-- Traces: from lots, bulk mass and treatment batches onward, hop by hop, either way.
--
-- A node is what is followed:
--   lot        a lot or container
--   flow       mass that entered a bulk stock (or an end) by one movement, from "from_g" to
--              "from_g" + "mass_g" of it: bulk mass is followed gram by gram
--   treatment  a batch
--   end        an unlimited account: where mass began, or ended
-- Reversed movements and regroupings that were undone lead nowhere.
CREATE TYPE ledger_node AS (kind text, id bigint, from_g bigint, mass_g bigint);
-- A hop from a node that is followed ("near"). "far" is NULL where there are more of them.
CREATE TYPE ledger_edge AS (
    near ledger_node, far ledger_node, via text, via_id bigint, mass_g bigint, exact boolean);

-- The outflow that took what stands at a position of a limited account's stream: the other way
-- round than ledger_inflow_at. "since" is the last undoing that led here; what had left before it
-- stays attributed to what was undone. No outflow: it still stands there.
CREATE FUNCTION ledger_outflow_at(
    account bigint, place bigint, OUT outflow_id bigint, OUT room_g bigint, OUT inside_g bigint)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    outflow ledger_movement;
    undo ledger_movement;
    undone ledger_movement;
    back ledger_movement;
    since bigint := 0;
    ahead_g bigint;
    far_g bigint;
BEGIN
    FOR step IN 1..10000 LOOP
        SELECT * INTO outflow FROM ledger_movement m
            WHERE m.source_id = account AND m.sign = 1 AND m.source_from_g <= place
            ORDER BY m.source_from_g DESC LIMIT 1;
        SELECT * INTO undo FROM ledger_movement m
            WHERE m.target_id = account AND m.sign = -1 AND m.target_from_g <= place
            ORDER BY m.target_from_g DESC LIMIT 1;
        IF undo.id IS NOT NULL
            AND (outflow.id IS NULL OR undo.target_from_g > outflow.source_from_g) THEN
            IF place >= undo.target_from_g + undo.mass_g THEN
                RETURN;
            END IF;
            SELECT * INTO undone FROM ledger_movement m WHERE m.id = undo.reverses_id;
            since := greatest(since, undo.id);
            -- It took this mass instead of what it undid; what stands in that place may be taken
            -- by it again, each time by the same distance: all these steps are made at once.
            ahead_g := undone.target_from_g - undo.target_from_g;
            IF ahead_g > 0 THEN
                far_g := undo.target_from_g + undo.mass_g - place;
                room_g := least(room_g, (far_g - 1) % ahead_g + 1);
                place := place + (far_g + ahead_g - 1) / ahead_g * ahead_g;
            ELSIF ahead_g < 0 THEN
                far_g := place - undo.target_from_g;
                room_g := least(room_g, undo.mass_g - far_g, -ahead_g - far_g % -ahead_g);
                place := place + (far_g / -ahead_g + 1) * ahead_g;
            ELSE
                room_g := least(room_g, undo.target_from_g + undo.mass_g - place);
                RETURN;
            END IF;
            CONTINUE;
        END IF;
        IF outflow.id IS NULL OR place >= outflow.source_from_g + outflow.mass_g THEN
            RETURN;
        END IF;
        room_g := least(room_g, outflow.source_from_g + outflow.mass_g - place);
        SELECT * INTO back FROM ledger_movement m WHERE m.reverses_id = outflow.id;
        IF back.id IS NULL THEN
            IF outflow.id > since THEN
                outflow_id := outflow.id;
                inside_g := place - outflow.source_from_g;
            END IF;
            RETURN;
        END IF;
        place := back.source_from_g + place - outflow.source_from_g;
    END LOOP;
    RAISE EXCEPTION 'place % of account % leads to no outflow', place, account;
END $$;

-- Outflows of bulk stock that took the grams from "from_g" on of what "inflow" brought. After
-- "parts_max" of them it stops, with a last row that names no movement.
CREATE FUNCTION ledger_outflows(
    inflow bigint, from_g bigint, mass_g bigint, parts_max int DEFAULT NULL)
RETURNS TABLE (movement_id bigint, inside_g bigint, part_g bigint)
LANGUAGE plpgsql STABLE ROWS 2 AS $$
DECLARE
    came ledger_movement;
    found record;
    left_g bigint := mass_g;
    parts int := 0;
BEGIN
    SELECT * INTO came FROM ledger_movement m WHERE m.id = inflow;
    WHILE left_g > 0 LOOP
        IF parts = parts_max THEN
            movement_id := NULL;
            part_g := left_g;
            RETURN NEXT;
            RETURN;
        END IF;
        SELECT * INTO found
            FROM ledger_outflow_at(came.target_id, came.target_from_g + from_g + mass_g - left_g);
        part_g := least(coalesce(found.room_g, left_g), left_g);
        IF found.outflow_id IS NOT NULL THEN
            movement_id := found.outflow_id;
            inside_g := found.inside_g;
            parts := parts + 1;
            RETURN NEXT;
        END IF;
        left_g := left_g - part_g;
    END LOOP;
END $$;

-- Inflows of bulk stock that the grams from "from_g" on of an outflow are attributed to; see above.
CREATE FUNCTION ledger_inflows(
    outflow bigint, from_g bigint, mass_g bigint, parts_max int DEFAULT NULL)
RETURNS TABLE (movement_id bigint, inside_g bigint, part_g bigint)
LANGUAGE plpgsql STABLE ROWS 2 AS $$
DECLARE
    went ledger_movement;
    found record;
    left_g bigint := mass_g;
    parts int := 0;
BEGIN
    SELECT * INTO went FROM ledger_movement m WHERE m.id = outflow;
    WHILE left_g > 0 LOOP
        IF parts = parts_max THEN
            movement_id := NULL;
            part_g := left_g;
            RETURN NEXT;
            RETURN;
        END IF;
        SELECT * INTO found FROM ledger_inflow_at(
            went.source_id, went.source_from_g + from_g + mass_g - left_g, went.id);
        movement_id := found.inflow_id;
        inside_g := found.inside_g;
        part_g := least(found.room_g, left_g);
        parts := parts + 1;
        RETURN NEXT;
        left_g := left_g - part_g;
    END LOOP;
END $$;

-- Bulk mass is told apart only on the road, where all of a load came, or all of it left, at once.
CREATE FUNCTION ledger_told_apart(account bigint, inflow bigint, outflow bigint) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT 1 FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id
        JOIN ledger_movement i ON i.id = inflow JOIN ledger_movement o ON o.id = outflow
        WHERE a.id = account AND a.kind = 'custody'
          AND (i.mass_g = b.in_g OR o.mass_g = b.in_g))
$$;

-- What enters and leaves a batch is told apart where one thing went in or one came out.
CREATE FUNCTION ledger_batch_exact(batch ledger_treatment) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT 1 >= (
        SELECT count(*) FROM ledger_movement m
        LEFT JOIN ledger_lotentry o ON o.movement_id = m.id AND o.side = 'out'
        WHERE m.group_uuid = batch.uuid AND m.kind = 'treatment' AND m.sign = 1)
    OR 1 >= jsonb_array_length(batch.products) + (
        SELECT count(*) FROM ledger_movement m
        WHERE m.group_uuid = batch.uuid AND m.kind = 'secondary' AND m.sign = 1)
$$;

-- One hop on from "nodes", with the mass.
CREATE FUNCTION ledger_onward(nodes ledger_node[])
RETURNS SETOF ledger_edge
LANGUAGE plpgsql STABLE ROWS 20 AS $$
#variable_conflict use_column
BEGIN
    -- From lots: into lots, by movements and by regroupings; into all else, by movements.
    RETURN QUERY
    SELECT n::ledger_node, ('lot', e.lot_id, 0, 0)::ledger_node, 'movement', m.id, e.mass_g,
           NOT e.attributed
    FROM unnest(nodes) n JOIN ledger_lotentry e ON e.parent_id = n.id AND e.side = 'in'
    JOIN ledger_movement m ON m.id = e.movement_id AND m.sign = 1
    WHERE n.kind = 'lot'
      AND NOT EXISTS (SELECT 1 FROM ledger_movement r WHERE r.reverses_id = m.id);
    RETURN QUERY
    SELECT n::ledger_node, ('lot', p.lot_id, 0, 0)::ledger_node, 'regrouping', p.regrouping_id,
           p.mass_g, NOT p.attributed
    FROM unnest(nodes) n JOIN ledger_regroupedpart p ON p.parent_id = n.id
    WHERE n.kind = 'lot'
      AND NOT EXISTS (SELECT 1 FROM ledger_regrouping u WHERE u.undoes_id = p.regrouping_id);
    RETURN QUERY
    SELECT n::ledger_node, ledger_reached(m, a), 'movement', m.id, e.mass_g, NOT e.attributed
    FROM unnest(nodes) n JOIN ledger_lotentry e ON e.lot_id = n.id AND e.side = 'out'
    JOIN ledger_movement m ON m.id = e.movement_id AND m.sign = 1
    JOIN ledger_account a ON a.id = m.target_id
    WHERE n.kind = 'lot' AND NOT (a.tracking = 'lots' AND a.kind IN ('stock', 'custody'))
      AND NOT EXISTS (SELECT 1 FROM ledger_movement r WHERE r.reverses_id = m.id);
    IF NOT EXISTS (SELECT 1 FROM unnest(nodes) n WHERE n.kind <> 'lot') THEN
        RETURN;
    END IF;
    -- From bulk mass: whoever took it next.
    RETURN QUERY
    SELECT n::ledger_node,
           CASE WHEN m.id IS NULL THEN NULL
                WHEN e.lot_id IS NULL THEN ledger_reached(m, a, o.inside_g, o.part_g)
                ELSE ('lot', e.lot_id, 0, 0)::ledger_node END,
           'movement', m.id, o.part_g, ledger_told_apart(b.id, i.id, m.id)
    FROM unnest(nodes) n JOIN ledger_movement i ON i.id = n.id AND i.sign = 1
    JOIN ledger_account b ON b.id = i.target_id AND b.tracking = 'bulk'
        AND b.kind IN ('stock', 'custody')
    CROSS JOIN LATERAL ledger_outflows(n.id, n.from_g, n.mass_g, 500) o
    LEFT JOIN ledger_movement m ON m.id = o.movement_id
    LEFT JOIN ledger_account a ON a.id = m.target_id
    LEFT JOIN ledger_lotentry e ON e.movement_id = m.id AND e.side = 'in'
    WHERE n.kind = 'flow'
      AND NOT EXISTS (SELECT 1 FROM ledger_movement r WHERE r.reverses_id = i.id);
    -- From what went into a batch, where the trace starts with it.
    RETURN QUERY
    SELECT n::ledger_node, ('treatment', t.id, 0, 0)::ledger_node, 'movement', m.id, n.mass_g, true
    FROM unnest(nodes) n JOIN ledger_movement m ON m.id = n.id AND m.kind = 'treatment'
    JOIN ledger_treatment t ON t.uuid = m.group_uuid
    WHERE n.kind = 'flow' AND m.sign = 1
      AND NOT EXISTS (SELECT 1 FROM ledger_movement r WHERE r.reverses_id = m.id);
    -- From batches: the wastes that they made.
    RETURN QUERY
    SELECT n::ledger_node,
           CASE WHEN e.lot_id IS NULL THEN ledger_reached(m, a)
                ELSE ('lot', e.lot_id, 0, 0)::ledger_node END,
           'movement', m.id, m.mass_g, ledger_batch_exact(t)
    FROM unnest(nodes) n JOIN ledger_treatment t ON t.id = n.id
    JOIN ledger_movement m ON m.group_uuid = t.uuid AND m.kind = 'secondary' AND m.sign = 1
    JOIN ledger_account a ON a.id = m.target_id
    LEFT JOIN ledger_lotentry e ON e.movement_id = m.id AND e.side = 'in'
    WHERE n.kind = 'treatment'
      AND NOT EXISTS (SELECT 1 FROM ledger_movement r WHERE r.reverses_id = m.id);
END $$;

-- Where a movement brought mass that is in no lot there.
CREATE FUNCTION ledger_reached(
    m ledger_movement, target ledger_account, from_g bigint DEFAULT 0, part_g bigint DEFAULT NULL)
RETURNS ledger_node LANGUAGE sql STABLE AS $$
    SELECT CASE
        WHEN target.kind IN ('stock', 'custody')
            THEN ('flow', m.id, from_g, coalesce(part_g, m.mass_g))::ledger_node
        ELSE coalesce(
            (SELECT ('treatment', t.id, 0, 0)::ledger_node FROM ledger_treatment t
             WHERE m.kind = 'treatment' AND t.uuid = m.group_uuid),
            ('end', target.id, 0, 0)::ledger_node)
        END
$$;

-- Where a movement took mass from that was in no lot there and in no bulk stock.
CREATE FUNCTION ledger_begun(m ledger_movement) RETURNS ledger_node
LANGUAGE sql STABLE AS $$
    SELECT coalesce(
        (SELECT ('treatment', t.id, 0, 0)::ledger_node FROM ledger_treatment t
         WHERE m.kind = 'secondary' AND t.uuid = m.group_uuid),
        ('end', m.source_id, 0, 0)::ledger_node)
$$;

-- What a movement took: lots, bulk mass, or mass that began with it.
CREATE FUNCTION ledger_taken(m ledger_movement, from_g bigint, part_g bigint)
RETURNS TABLE (far ledger_node, mass_g bigint, exact boolean)
LANGUAGE plpgsql STABLE ROWS 2 AS $$
#variable_conflict use_column
DECLARE
    source ledger_account;
BEGIN
    SELECT * INTO source FROM ledger_account a WHERE a.id = m.source_id;
    IF source.kind NOT IN ('stock', 'custody') THEN
        RETURN QUERY SELECT n, part_g,
            CASE n.kind WHEN 'treatment' THEN
                (SELECT ledger_batch_exact(t) FROM ledger_treatment t WHERE t.id = n.id)
            ELSE true END
            FROM ledger_begun(m) n;
    ELSIF source.tracking = 'lots' THEN
        RETURN QUERY SELECT ('lot', e.lot_id, 0, 0)::ledger_node, e.mass_g, NOT e.attributed
            FROM ledger_lotentry e WHERE e.movement_id = m.id AND e.side = 'out';
    ELSE
        RETURN QUERY SELECT CASE WHEN i.movement_id IS NOT NULL
                THEN ('flow', i.movement_id, i.inside_g, i.part_g)::ledger_node END,
                i.part_g, ledger_told_apart(source.id, i.movement_id, m.id)
            FROM ledger_inflows(m.id, from_g, part_g, 500) i;
    END IF;
END $$;

-- One hop back from "nodes", against the mass.
CREATE FUNCTION ledger_backward(nodes ledger_node[])
RETURNS SETOF ledger_edge
LANGUAGE plpgsql STABLE ROWS 20 AS $$
#variable_conflict use_column
BEGIN
    -- Lots: out of lots, by movements and by regroupings; out of all else, by movements.
    RETURN QUERY
    SELECT n::ledger_node, ('lot', e.parent_id, 0, 0)::ledger_node, 'movement', m.id, e.mass_g,
           NOT e.attributed
    FROM unnest(nodes) n JOIN ledger_lotentry e ON e.lot_id = n.id AND e.side = 'in'
    JOIN ledger_movement m ON m.id = e.movement_id AND m.sign = 1
    WHERE n.kind = 'lot' AND e.parent_id IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM ledger_movement r WHERE r.reverses_id = m.id);
    RETURN QUERY
    SELECT n::ledger_node, ('lot', p.parent_id, 0, 0)::ledger_node, 'regrouping', p.regrouping_id,
           p.mass_g, NOT p.attributed
    FROM unnest(nodes) n JOIN ledger_regroupedpart p ON p.lot_id = n.id
    WHERE n.kind = 'lot'
      AND NOT EXISTS (SELECT 1 FROM ledger_regrouping u WHERE u.undoes_id = p.regrouping_id);
    RETURN QUERY
    SELECT n::ledger_node, t.far, 'movement', m.id, t.mass_g, t.exact
    FROM unnest(nodes) n JOIN ledger_lotentry e ON e.lot_id = n.id AND e.side = 'in'
    JOIN ledger_movement m ON m.id = e.movement_id AND m.sign = 1
    CROSS JOIN LATERAL ledger_taken(m, 0, e.mass_g) t
    WHERE n.kind = 'lot' AND e.parent_id IS NULL
      AND NOT EXISTS (SELECT 1 FROM ledger_movement r WHERE r.reverses_id = m.id);
    IF NOT EXISTS (SELECT 1 FROM unnest(nodes) n WHERE n.kind <> 'lot') THEN
        RETURN;
    END IF;
    RETURN QUERY
    SELECT n::ledger_node, t.far, 'movement', m.id, t.mass_g, t.exact
    FROM unnest(nodes) n JOIN ledger_movement m ON m.id = n.id AND m.sign = 1
    CROSS JOIN LATERAL ledger_taken(m, n.from_g, n.mass_g) t
    WHERE n.kind = 'flow'
      AND NOT EXISTS (SELECT 1 FROM ledger_movement r WHERE r.reverses_id = m.id);
    RETURN QUERY
    SELECT n::ledger_node, k.far, 'movement', m.id, k.mass_g, k.exact
    FROM unnest(nodes) n JOIN ledger_treatment t ON t.id = n.id
    JOIN ledger_movement m ON m.group_uuid = t.uuid AND m.kind = 'treatment' AND m.sign = 1
    CROSS JOIN LATERAL ledger_taken(m, 0, m.mass_g) k
    WHERE n.kind = 'treatment'
      AND NOT EXISTS (SELECT 1 FROM ledger_movement r WHERE r.reverses_id = m.id);
END $$;

-- All hops from "starts", nearest first, each node followed once. "tail" and "head" are in the
-- direction of the mass. A row without an edge (via = 'cut') names a node that leads on further than
-- is shown, since "hops" or "nodes_max" were reached.
CREATE FUNCTION ledger_trace(forward boolean, starts ledger_node[], hops int, nodes_max int)
RETURNS TABLE (
    hop int, tail_kind text, tail_id bigint, tail_from_g bigint, tail_mass_g bigint,
    head_kind text, head_id bigint, head_from_g bigint, head_mass_g bigint,
    via text, via_id bigint, mass_g bigint, exact boolean)
LANGUAGE plpgsql STABLE ROWS 40 AS $$
#variable_conflict use_column
DECLARE
    -- Many edges may lead to one end.
    edges_max CONSTANT int := 5 * nodes_max;
    seen ledger_node[] := starts;
    frontier ledger_node[] := starts;
    fresh ledger_node[];
    ends ledger_node[];
    edges ledger_edge[];
    depth int := 0;
BEGIN
    WHILE depth < hops AND cardinality(frontier) > 0 LOOP
        depth := depth + 1;
        edges := ARRAY(
            SELECT e::ledger_edge FROM (
                SELECT * FROM ledger_onward(frontier) WHERE forward
                UNION ALL SELECT * FROM ledger_backward(frontier) WHERE NOT forward) e
            ORDER BY e.via_id, e.near, e.far LIMIT edges_max + 1);
        fresh := ARRAY(
            SELECT u.far FROM unnest(edges[:edges_max])
                WITH ORDINALITY u(near, far, via, via_id, mass_g, exact, n)
            WHERE (u.far).kind <> 'end'
              AND u.far NOT IN (SELECT s::ledger_node FROM unnest(seen) s)
            GROUP BY u.far ORDER BY min(u.n) LIMIT greatest(0, nodes_max - cardinality(seen)));
        seen := seen || fresh;
        RETURN QUERY
        SELECT depth, (f.tail).kind, (f.tail).id, (f.tail).from_g, (f.tail).mass_g,
               (f.head).kind, (f.head).id, (f.head).from_g, (f.head).mass_g,
               f.via, f.via_id, f.mass_g, f.exact
        FROM (SELECT u.*, CASE WHEN forward THEN u.near ELSE u.far END AS tail,
                     CASE WHEN forward THEN u.far ELSE u.near END AS head
              FROM unnest(edges[:edges_max])
                  WITH ORDINALITY u(near, far, via, via_id, mass_g, exact, n)) f
        WHERE (f.far).kind = 'end'
           OR f.far IN (SELECT s::ledger_node FROM unnest(seen) s) ORDER BY f.n;
        ends := ARRAY(
            SELECT DISTINCT u.near FROM unnest(edges) u
            WHERE (u.far).kind IS NULL OR (u.far).kind <> 'end'
              AND u.far NOT IN (SELECT s::ledger_node FROM unnest(seen) s)
            UNION SELECT f::ledger_node FROM unnest(frontier) f
                WHERE cardinality(edges) > edges_max
            UNION SELECT f::ledger_node FROM unnest(fresh) f WHERE depth = hops);
        RETURN QUERY
        SELECT depth, f.kind, f.id, f.from_g, f.mass_g, NULL::text, NULL::bigint, NULL::bigint,
               NULL::bigint, 'cut', NULL::bigint, NULL::bigint, NULL::boolean
        FROM unnest(ends) f ORDER BY f;
        frontier := fresh;
    END LOOP;
END $$;
