"""`python -m app.cli` is `kb`."""

import sys

from app.cli import main

sys.exit(main())
