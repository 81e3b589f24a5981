"""Wufei 无废: supervision of a zero-waste city - one hub and six waste domains."""

__version__ = "0.1.0"
