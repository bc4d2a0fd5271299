"""Entry point of scripts/load; the package fairfeed_load beside it does the work."""

import sys

sys.dont_write_bytecode = True

from fairfeed_load.app import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
