"""The suites: the modules of the folder `probes`, each with a value named SUITE.

The folder stands at the top of the repository for those who write suites; only this name imports it, so that a folder
`probes` of a user's own is never taken for it.
"""

from audit.places import folder

__path__ = [str(folder("probes"))]
