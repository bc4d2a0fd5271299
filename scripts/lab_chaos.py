"""Entry point of scripts/chaos; the package fairfeed_chaos beside it does the work."""

import sys

sys.dont_write_bytecode = True

from fairfeed_chaos.app import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
