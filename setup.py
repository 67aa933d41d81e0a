"""Which folders a build takes: all else stands in pyproject.toml, which cannot take found and placed folders."""

from setuptools import find_namespace_packages, setup

setup(
    packages=[
        *find_namespace_packages(include=["audit", "audit.*"], exclude=["*.__pycache__"]),
        "audit._probes",
        "audit._reports",
    ],
    package_dir={"audit._probes": "probes", "audit._reports": "reports"},
)
