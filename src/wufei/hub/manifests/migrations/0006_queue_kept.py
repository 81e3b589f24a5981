from django.db import migrations

# What a phone sent stays as it came; only what became of it is written later.
_KEPT = "uuid, key_id, actor, payload, signature, device_time, received_at, act, provisional_no"
_TRIGGERS = f"""
CREATE TRIGGER manifests_queuedstep_kept BEFORE UPDATE OF {_KEPT} ON manifests_queuedstep
    FOR EACH STATEMENT EXECUTE FUNCTION wufei_append_only();
CREATE TRIGGER manifests_queuedstep_stays BEFORE DELETE OR TRUNCATE ON manifests_queuedstep
    FOR EACH STATEMENT EXECUTE FUNCTION wufei_append_only();
"""
_BACK = """
DROP TRIGGER manifests_queuedstep_kept ON manifests_queuedstep;
DROP TRIGGER manifests_queuedstep_stays ON manifests_queuedstep;
"""


class Migration(migrations.Migration):
    dependencies = [("manifests", "0005_evidence_index")]
    operations = [migrations.RunSQL(_TRIGGERS, _BACK)]
