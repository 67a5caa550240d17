"""Fixtures of the tests of pages: a browser, and pages opened from disk with the network off."""

import pytest
from chromium import launched


@pytest.fixture(scope="module")
def browser():
    with launched() as browser:
        yield browser


@pytest.fixture
def opened(browser, tmp_path):
    """Opens a walkthrough from disk, with the network off; afterwards no request but the file's, and no complaint.

    link  what follows the file's name in the address: "#step=2"
    """
    contexts, asked, complaints = [], [], []

    def opened(walk, link="", **settings):
        context = browser.new_context(offline=True, **settings)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        page.goto(walk.save(tmp_path / f"page{len(contexts)}.html").as_uri() + link)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []
    assert all(url.startswith("file://") for url in asked)
    assert len(asked) == len(contexts)
