"""What people write into the ledger's pages."""
