"""Entry point of scripts/demo; the package fairfeed_demo beside it does the work."""

import sys

sys.dont_write_bytecode = True

from fairfeed_demo.app import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
