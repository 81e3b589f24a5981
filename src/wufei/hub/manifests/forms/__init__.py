"""Forms of the manifests."""
