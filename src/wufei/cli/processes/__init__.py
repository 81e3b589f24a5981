"""How the platform's processes are started, watched, logged and ended."""
