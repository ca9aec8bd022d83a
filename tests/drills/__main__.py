"""`python -m tests.drills`."""

from common.errors import entry_point
from tests.drills.run import main

entry_point(main)()
