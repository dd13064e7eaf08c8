"""What the portal is called, what it needs and where it starts."""

from pathlib import Path

from setuptools import setup

HERE = Path(__file__).parent


def needed() -> list[str]:
    """Return the names in ``requirements/run.in``; the exact versions are in the lock."""
    lines = (HERE / "requirements" / "run.in").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


setup(
    name="cpms-portal",
    version="0.1.0",
    description="Open Clinical Patient Management System for the European Reference Networks",
    python_requires=">=3.11,<3.13",
    # Installed in place only: a deployment is this folder at a tag, with content/ and workflows/.
    packages=["cpms_portal"],
    install_requires=needed(),
    entry_points={
        "paste.app_factory": ["main = cpms_portal:main"],
        "console_scripts": ["cpms = cpms_portal.scripts.__main__:main"],
    },
)
