"""`python -m zhusuo`: the same as the `zhusuo` command."""

from zhusuo.cli import main

main()
