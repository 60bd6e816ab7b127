"""Backup and restore: the database (uploaded files lie in it), and the keys apart from it."""
