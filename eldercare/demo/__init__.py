"""The demonstration city: deterministic, openly fictional, loaded by COPY. Only `eldercare demo` makes it."""
