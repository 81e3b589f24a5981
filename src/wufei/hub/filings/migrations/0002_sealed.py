"""What was submitted is never changed: the database refuses it, whoever asks."""

from django.db import migrations

_FUNCTIONS = """
CREATE FUNCTION filings_version_sealed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'draft' THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'DELETE'
        OR (NEW.filing_id, NEW.number, NEW."values", NEW.reasons, NEW.submission, NEW.digest)
            IS DISTINCT FROM
            (OLD.filing_id, OLD.number, OLD."values", OLD.reasons, OLD.submission, OLD.digest)
        OR NEW.state = 'draft'
    THEN
        RAISE EXCEPTION 'a submitted version is never changed: % refused', TG_OP
            USING ERRCODE = 'integrity_constraint_violation',
                  HINT = 'Submit another version.';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION filings_row_sealed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT state FROM filings_version WHERE id = OLD.version_id) IS DISTINCT FROM 'draft' THEN
        RAISE EXCEPTION 'rows of a submitted version are never changed: % refused', TG_OP
            USING ERRCODE = 'integrity_constraint_violation',
                  HINT = 'Submit another version.';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE TRIGGER filings_version_sealed BEFORE UPDATE OR DELETE ON filings_version
    FOR EACH ROW EXECUTE FUNCTION filings_version_sealed();
CREATE TRIGGER filings_row_sealed BEFORE UPDATE OR DELETE ON filings_row
    FOR EACH ROW EXECUTE FUNCTION filings_row_sealed();
"""

_GONE = """
DROP TRIGGER filings_version_sealed ON filings_version;
DROP TRIGGER filings_row_sealed ON filings_row;
DROP FUNCTION filings_version_sealed();
DROP FUNCTION filings_row_sealed();
"""


class Migration(migrations.Migration):
    dependencies = [("filings", "0001_initial")]

    operations = [migrations.RunSQL(_FUNCTIONS, _GONE)]
