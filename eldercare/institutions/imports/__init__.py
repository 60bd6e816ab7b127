"""Bringing a register file in: mapping, preview, one transaction, refused rows kept."""
