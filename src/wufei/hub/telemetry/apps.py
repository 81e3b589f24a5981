from django.apps import AppConfig


class TelemetryConfig(AppConfig):
    name = "wufei.hub.telemetry"
    label = "telemetry"
