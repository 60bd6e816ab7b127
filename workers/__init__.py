"""The edge for jobs: thin functions that RQ calls by name. `eldercare` never imports this package."""
