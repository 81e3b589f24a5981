"""Every write to the register. Each owns its transaction and leaves an audit record."""
