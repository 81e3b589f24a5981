"""Backups: one ``.tar`` with the database, the files, the secrets and the streams' positions."""
