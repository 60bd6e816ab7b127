"""The servers the product brings along: PostgreSQL, Redis, and the supervisor that runs everything.

Nothing here knows a slice. With `DATABASE_URL` or `REDIS_URL` set none of it is used.
"""
