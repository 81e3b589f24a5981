"""Pages of the plans, declared."""
