"""The register of care institutions and community facilities: who they are, their papers, ratings and reports."""
