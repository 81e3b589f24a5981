"""Settings, URLs and the one place where the rooms are joined."""
