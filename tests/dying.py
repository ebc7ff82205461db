"""Programs that end with the test run, however that ends.

Redis writes over its environment, by which the reaper of the end-to-end tests finds the
others.
"""

import sys

#: Before a Python program's source: the same.
DIE_WITH_PARENT = """
import ctypes, signal, sys
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG, prctl(2); exec keeps it
"""

_PROGRAM = f"""{DIE_WITH_PARENT}
import os
os.execv(sys.argv[1], sys.argv[1:])
"""

#: Before a program's path and arguments: on Linux it is killed when its parent dies.
WITH_PARENT = [sys.executable, "-c", _PROGRAM]
