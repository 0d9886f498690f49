"""`python -m subsidy` is the same as `subsidy`."""

from subsidy.cli import main

main()
