"""Pages of the manifests."""
