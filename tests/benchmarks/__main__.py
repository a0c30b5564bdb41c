"""`make bench`: speed, measured as ratios within one run. Prints tables; asserts nothing.

`make bench ARGS="training batches"` runs only the parts named.
"""

import importlib
import sys

PARTS = ("training", "batches", "state_spaces", "graphs_topology")


def main(arguments: list[str]) -> int:
    """Run the parts that are named, or all."""
    unknown = [name for name in arguments if name not in PARTS]
    if unknown:
        print(f"benchmarks: {unknown[0]!r}: allowed are {', '.join(PARTS)}", file=sys.stderr)
        return 2
    for name in arguments or PARTS:
        print(f"\n== {name} ==")
        importlib.import_module(f"tests.benchmarks.{name}").main()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
