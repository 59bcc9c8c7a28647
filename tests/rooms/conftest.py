"""Fixtures for the rooms: the whole app over a rolled-back database."""

from pathlib import Path

import pytest
from litestar import Litestar

from storage.store import Store
from tests.support.web import ORIGIN, Site
from zhusuo.db import Database
from zhusuo.settings import Settings
from zhusuo.signing import Signer

_apps: list[Litestar] = []
"""The app is put together once a run: its routes and templates are the same for every test, its things are not."""


@pytest.fixture
async def site(database: Database, store: Store, tmp_path: Path) -> Site:
    return site_over(database, store, tmp_path)


def site_over(database: Database, store: Store, home: Path) -> Site:
    settings = Settings(home=home, public_url=ORIGIN, free_space_mb=0)
    found = Site(database, store, settings, Signer.open(home / "signing.pem"), next(iter(_apps), None))
    _apps[:] = [found.app]
    return found
