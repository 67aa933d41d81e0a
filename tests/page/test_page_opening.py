"""What all windows have in common is made once, and only that."""

import asyncio
import importlib
import inspect
import sys

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from audit.page.opening import ROOM, KeptPage, remember_signatures, settle_missing


@pytest.fixture
def made():
    return []


@pytest.fixture
def site(made):
    def answer(request):
        made.append(str(request.url))
        query = request.query_params
        headers = {"set-cookie": "a=b"} if "cookie" in query else {}
        return PlainTextResponse(
            f"{request.url} {len(made)} " + "x" * 2000, 404 if "missing" in query else 200, headers
        )

    routes = [Route(path, answer, methods=["GET", "POST"]) for path in ("/", "/config", "/other")]
    return Starlette(routes=routes, middleware=[Middleware(KeptPage)])


def asked(site, *calls):
    async def ask():
        async with httpx.AsyncClient(transport=httpx.ASGITransport(site), base_url="http://class.local") as client:
            return [await client.request(method, url, headers=headers) for method, url, headers in calls]

    return asyncio.run(ask())


@pytest.mark.parametrize("path", ["/", "/config", "/?lesson=negation"])
def test_the_page_is_made_once_for_all_windows(site, made, path):
    first, second = asked(site, ("GET", path, {}), ("GET", path, {}))
    assert first.text == second.text
    assert len(made) == 1


def test_windows_that_come_together_wait_for_one_page(site, made):
    async def ask():
        async with httpx.AsyncClient(transport=httpx.ASGITransport(site), base_url="http://class.local") as client:
            return await asyncio.gather(*(client.get("/") for _ in range(30)))

    assert len({answer.text for answer in asyncio.run(ask())}) == len(made) == 1


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("GET", "/other", {}),
        ("POST", "/", {}),
        ("GET", "/?deep_link=abc", {}),
        ("GET", "/?cookie", {}),
        ("GET", "/?missing", {}),
    ],
)
def test_what_may_differ_is_made_each_time(site, made, method, path, headers):
    first, second = asked(site, (method, path, headers), (method, path, headers))
    assert first.text != second.text
    assert len(made) == 2


@pytest.mark.parametrize("header", ["host", "x-forwarded-host", "x-forwarded-proto"])
def test_another_address_gets_a_page_of_its_own(site, made, header):
    asked(site, ("GET", "/", {}), ("GET", "/", {header: "other.local"}))
    assert len(made) == 2


def test_a_browser_that_takes_gzip_gets_the_same_in_fewer_bytes(site):
    packed, plain = asked(
        site, ("GET", "/", {"accept-encoding": "gzip"}), ("GET", "/", {"accept-encoding": "identity"})
    )
    assert packed.text == plain.text
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert int(packed.headers["content-length"]) * 10 < int(plain.headers["content-length"]) == len(plain.content)


def test_visitors_cannot_fill_the_memory(site, made):
    asked(site, *(("GET", f"/?n={n}", {}) for n in (*range(ROOM + 1), 0, ROOM)))
    assert len(made) == ROOM + 2


def test_signatures_are_worked_out_once_and_are_the_same():
    class Kind:
        def __init__(self, one: int, *, two: str = "") -> None:
            """Do nothing."""

    class Demo:
        blocks = {0: Kind(1)}

    before = inspect.signature(Kind.__init__)
    remember_signatures(Demo())
    assert inspect.signature(Kind.__init__) == before
    assert Kind.__init__.__signature__ == before
    assert str(inspect.signature(Kind)) == "(one: int, *, two: str = '') -> None"


def test_only_what_is_not_installed_counts_as_missing(monkeypatch):
    monkeypatch.delitem(sys.modules, "no_such_package", raising=False)
    monkeypatch.delitem(sys.modules, "this", raising=False)
    settle_missing("no_such_package", "this")
    assert "this" not in sys.modules
    assert sys.modules["no_such_package"] is None
    with pytest.raises(ImportError, match="no_such_package"):
        importlib.import_module("no_such_package")
