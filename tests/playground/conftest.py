"""Fixtures of the tests of the playground: the built site on a server of this machine, and a browser that visits it."""

import functools
import http.server
import importlib.util
import threading

import pytest
from chromium import launched
from visits import ROOT

STARTS = 90_000  # ms that Python may take to be there, on a machine that does much besides


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A server of files that keeps what it was asked for to itself."""

    def log_message(self, *arguments):
        """Say nothing."""


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The address of the playground, as any web server has it."""
    folder = tmp_path_factory.mktemp("playground")
    spec = importlib.util.spec_from_file_location("build_playground", ROOT / "docs" / "build_playground.py")
    build = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(build)
    build.main(folder)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def browser():
    with launched() as browser:
        yield browser


@pytest.fixture
def visit(browser, site):
    """Opens the playground; afterwards it has asked no other host, and nothing complained.

    link     what follows the address: "#example=fan_out"
    blocked  parts of addresses that are not answered
    """
    contexts, asked, complaints = [], [], []

    def visit(link="", blocked=(), **settings):
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **settings})
        contexts.append(context)
        context.route(lambda address: not address.startswith((site, "data:", "blob:")), lambda route: route.abort())
        for each in blocked:
            context.route(f"**/{each}", lambda route: route.abort())
        page = context.new_page()
        page.set_default_timeout(STARTS)
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(site + link)
        return page

    yield visit
    for context in contexts:
        context.close()
    assert complaints == []
    assert [url for url in asked if not url.startswith((site, "data:", "blob:", "about:")) and url] == []
