"""The register of incidents along the frontier: finding, counting, exchanging."""
