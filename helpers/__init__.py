"""What the notebooks of Paper Miniatures share and no paper claims as its own.

Import the module that you need (`from helpers import session`); this package itself imports nothing.
"""

__version__ = "0.1.0"
