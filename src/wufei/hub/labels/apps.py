from django.apps import AppConfig


class LabelsConfig(AppConfig):
    name = "wufei.hub.labels"
    label = "labels"

    def ready(self) -> None:
        from django.conf import settings

        from wufei.hub.labels import coding
        from wufei.hub.labels.queries.containers import codes_of, read
        from wufei.hub.manifests import codes

        # What cannot be read is told at start-up, not at the first label.
        coding.parse(settings.LABEL_CODE)
        codes.register_reader(read)
        codes.register_writer(codes_of)
