"""Pages of the ledger: each parses, calls one service or query, renders."""
