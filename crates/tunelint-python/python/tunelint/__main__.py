"""`python -m tunelint`."""

from ._program import main

main()
