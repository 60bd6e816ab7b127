"""`python -m eldercare ...` is the command `eldercare`, also where no script was installed."""

from eldercare.cli import main

main(prog_name="eldercare")
