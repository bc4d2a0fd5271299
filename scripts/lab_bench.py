"""Entry point of scripts/bench; the package fairfeed_bench beside it does the work."""

import sys

sys.dont_write_bytecode = True

from fairfeed_bench.app import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
