-- The inflow that stands at a position of a limited account's stream (first in, first out), and
-- for how many grams from there on.
--
-- A reversed outflow came back at the end of the stream and stands for what it had taken; a
-- reversed inflow stands for what its reversal took instead of it. Only reversals recorded before
-- the movement "before" count (NULL: all), so an attribution never changes once mass has left.
-- "inside_g" is where in the inflow the position is.
CREATE FUNCTION ledger_inflow_at(
    account bigint, place bigint, before bigint,
    OUT inflow_id bigint, OUT room_g bigint, OUT inside_g bigint)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    inflow ledger_movement;
    back ledger_movement;
    undo ledger_movement;
    offset_g bigint;
    ahead_g bigint;
    left_g bigint;
BEGIN
    FOR step IN 1..10000 LOOP
        SELECT * INTO inflow FROM ledger_movement m
            WHERE m.target_id = account AND m.sign = 1 AND m.target_from_g <= place
            ORDER BY m.target_from_g DESC LIMIT 1;
        SELECT * INTO back FROM ledger_movement m
            WHERE m.source_id = account AND m.sign = -1 AND m.source_from_g <= place
            ORDER BY m.source_from_g DESC LIMIT 1;
        IF back.id IS NOT NULL
            AND (inflow.id IS NULL OR back.source_from_g > inflow.target_from_g) THEN
            room_g := least(room_g, back.source_from_g + back.mass_g - place);
            SELECT m.source_from_g + place - back.source_from_g INTO place
                FROM ledger_movement m WHERE m.id = back.reverses_id;
            CONTINUE;
        END IF;
        room_g := least(room_g, inflow.target_from_g + inflow.mass_g - place);
        SELECT * INTO undo FROM ledger_movement m
            WHERE m.reverses_id = inflow.id AND (before IS NULL OR m.id < before);
        IF undo.id IS NULL THEN
            inflow_id := inflow.id;
            inside_g := place - inflow.target_from_g;
            RETURN;
        END IF;
        -- Its reversal may have taken some of this inflow itself; those places lead here again,
        -- each time by the same distance, so that all these steps are made at once.
        offset_g := place - inflow.target_from_g;
        ahead_g := inflow.target_from_g - undo.target_from_g;
        IF ahead_g > 0 THEN
            room_g := least(room_g, ahead_g - offset_g % ahead_g);
            place := undo.target_from_g + offset_g % ahead_g;
        ELSIF ahead_g < 0 THEN
            left_g := (inflow.mass_g - offset_g - 1) % -ahead_g + 1;
            room_g := least(room_g, left_g);
            place := inflow.target_from_g + inflow.mass_g - ahead_g - left_g;
        END IF;
    END LOOP;
    RAISE EXCEPTION 'place % of account % leads back to no inflow', place, account;
END $$;
