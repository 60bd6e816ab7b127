"""`python -m benchmarks [--only NAME]`."""

from benchmarks.run import main

main()
