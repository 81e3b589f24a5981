"""What codes, plates and positions must look like. Pure; every rule returns problems."""

from wufei.hub.registry.rules.problems import Problem

__all__ = ["Problem"]
