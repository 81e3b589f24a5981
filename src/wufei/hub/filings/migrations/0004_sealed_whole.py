"""Nothing is put into what was submitted afterwards, and nothing taken out of it."""

from django.db import migrations

_FUNCTIONS = """
CREATE OR REPLACE FUNCTION filings_version_sealed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'draft' THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'DELETE'
        OR (NEW.uuid, NEW.filing_id, NEW.number, NEW."values", NEW.reasons, NEW.submission,
            NEW.digest, NEW.submitted_at, NEW.submitted_by, NEW.agent_id)
            IS DISTINCT FROM
            (OLD.uuid, OLD.filing_id, OLD.number, OLD."values", OLD.reasons, OLD.submission,
            OLD.digest, OLD.submitted_at, OLD.submitted_by, OLD.agent_id)
        OR NEW.state = 'draft'
    THEN
        RAISE EXCEPTION 'a submitted version is never changed: % refused', TG_OP
            USING ERRCODE = 'integrity_constraint_violation',
                  HINT = 'Submit another version.';
    END IF;
    RETURN NEW;
END $$;

-- Rows come with their version, in one transaction, or while it is a draft.
CREATE FUNCTION filings_row_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM (SELECT DISTINCT version_id FROM added) AS named
        JOIN filings_version AS version ON version.id = named.version_id
        WHERE version.state <> 'draft' AND age(version.xmin) > age(pg_current_xact_id()::xid)
    ) THEN
        RAISE EXCEPTION 'rows of a submitted version are never changed: % refused', TG_OP
            USING ERRCODE = 'integrity_constraint_violation',
                  HINT = 'Submit another version.';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER filings_row_added AFTER INSERT ON filings_row REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION filings_row_added();

CREATE OR REPLACE FUNCTION filings_row_sealed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT state FROM filings_version WHERE id = OLD.version_id) IS DISTINCT FROM 'draft' THEN
        RAISE EXCEPTION 'rows of a submitted version are never changed: % refused', TG_OP
            USING ERRCODE = 'integrity_constraint_violation',
                  HINT = 'Submit another version.';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    IF NEW.version_id <> OLD.version_id THEN
        RAISE EXCEPTION 'rows are never changed into those of another version: % refused', TG_OP
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

-- A file may be added by whoever brings a decision back; what was handed in stays there.
CREATE TRIGGER filings_attachment_sealed BEFORE UPDATE OR DELETE ON filings_attachment
    FOR EACH ROW EXECUTE FUNCTION filings_row_sealed();

-- A figure is replaced, and otherwise never changed.
CREATE FUNCTION filings_statistic_sealed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE'
        OR (NEW.code, NEW.dimension, NEW.organisation_id, NEW.region_id, NEW.first, NEW.last,
            NEW.value, NEW.unit, NEW.version_id)
            IS DISTINCT FROM
            (OLD.code, OLD.dimension, OLD.organisation_id, OLD.region_id, OLD.first, OLD.last,
            OLD.value, OLD.unit, OLD.version_id)
        OR OLD.replaced_at IS NOT NULL
    THEN
        RAISE EXCEPTION 'a figure that was filed is never changed: % refused', TG_OP
            USING ERRCODE = 'integrity_constraint_violation',
                  HINT = 'Submit another version.';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER filings_statistic_sealed BEFORE UPDATE OR DELETE ON filings_statistic
    FOR EACH ROW EXECUTE FUNCTION filings_statistic_sealed();
"""

_GONE = """
DROP TRIGGER filings_row_added ON filings_row;
DROP FUNCTION filings_row_added();
DROP TRIGGER filings_attachment_sealed ON filings_attachment;
DROP TRIGGER filings_statistic_sealed ON filings_statistic;
DROP FUNCTION filings_statistic_sealed();
"""


class Migration(migrations.Migration):
    dependencies = [("filings", "0003_statistic_of_version")]

    operations = [migrations.RunSQL(_FUNCTIONS, _GONE)]
