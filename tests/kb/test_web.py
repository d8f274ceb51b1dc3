"""Documentation over HTTP, from a real server on the loopback interface."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from agents.errors import DocumentError, FetchError
from agents.registry import Registry
from agents.registry.pages import Validators
from kb.adding import AddReport, add_documentation
from kb.address import checked, is_public, read_address
from kb.fetch import MOST_REDIRECTS, Fetcher
from kb.llms import linked_pages, path_of_address, split_llms_full


@dataclass
class Answer:
    body: bytes = b""
    kind: str = "text/markdown; charset=utf-8"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Site:
    address: str
    pages: dict[str, Answer] = field(default_factory=dict)
    asked: list[tuple[str, int]] = field(default_factory=list)
    """Paths with the status that was answered."""

    def put(self, path: str, text: str, **options: object) -> None:
        headers = {"ETag": f'"{hash(text)}"'}
        self.pages[path] = Answer(text.encode(), headers=headers, **options)  # type: ignore[arg-type]


@pytest.fixture
def site() -> Iterator[Site]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = made.pages.get(self.path, Answer(b"none", status=404))
            tag = self.headers.get("If-None-Match")
            status = 304 if tag and tag == answer.headers.get("ETag") else answer.status
            made.asked.append((self.path, status))
            self.send_response(status)
            for name, value in {"Content-Type": answer.kind, **answer.headers}.items():
                self.send_header(name, value)
            body = b"" if status == 304 else answer.body
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made = Site(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    server.shutdown()
    thread.join()
    server.server_close()


Add = Callable[..., AddReport]


@pytest.fixture
def add(registry: Registry) -> Add:
    def added(address: str, *, allow_private: bool = True, name: str | None = None) -> AddReport:
        return add_documentation(
            registry, address, name=name, fetcher=lambda: Fetcher(allow_private=allow_private)
        )

    return added


def test_a_list_of_pages_brings_them_and_asks_later_only_for_what_changed(
    site: Site, add: Add, registry: Registry
) -> None:
    site.put(
        "/llms.txt", "# Site\n\n- [One](/a/one.md): first\n- [Two](two.md)\n- [X](http://x.io)"
    )
    site.put("/a/one.md", "# One\n")
    site.put("/two.md", "# Two\n")
    report = add(f"{site.address}/llms.txt", name="site")
    assert report.change.added == ("a/one.md", "two.md")
    [one, two] = registry.pages("site")
    assert (one.raw, one.address) == (b"# One\n", f"{site.address}/a/one.md")
    site.asked.clear()
    site.put("/two.md", "# Two, new\n")
    report = add(f"{site.address}/llms.txt")
    assert (report.change.changed, report.change.unchanged) == (("two.md",), 1)
    assert sorted(site.asked) == [("/a/one.md", 304), ("/llms.txt", 304), ("/two.md", 200)]
    assert [page.number for page in registry.pages("site")] == [1, 2]
    assert two.number == 1


def test_a_page_that_is_gone_goes_and_one_that_fails_stays(
    site: Site, add: Add, registry: Registry
) -> None:
    site.put("/llms.txt", "- [a](/a.md)\n- [b](/b.md)\n- [c](/c.md)\n")
    for name in "abc":
        site.put(f"/{name}.md", f"# {name}\n")
    add(f"{site.address}/llms.txt", name="site")
    del site.pages["/a.md"]
    site.pages["/b.md"] = Answer(b"sorry", status=503)
    report = add(f"{site.address}/llms.txt", name="site")
    assert report.change.removed == ("a.md",)
    assert sorted(left.path[-5:] for left in report.left_out) == ["/a.md", "/b.md"]
    assert [page.path for page in registry.pages("site")] == ["b.md", "c.md"]


def test_a_full_text_is_split_into_its_pages(site: Site, add: Add, registry: Registry) -> None:
    full = (
        f"# One\nSource: {site.address}/a/one\n\nText\n```sh\n# no title\n```\n# Two Words\n\nSo\n"
    )
    site.put("/llms-full.txt", full, kind="text/plain")
    report = add(f"{site.address}/llms-full.txt", name="full")
    assert report.change.added == ("a/one.md", "two-words.md")
    assert b"".join(page.raw for page in registry.pages("full")) == full.encode()
    site.asked.clear()
    assert add(f"{site.address}/llms-full.txt").change.unchanged == 2
    assert site.asked == [("/llms-full.txt", 304)]


def test_a_web_page_is_read_by_its_markdown_or_by_what_it_says(
    site: Site, add: Add, registry: Registry
) -> None:
    site.put("/twin", "<html><body>no</body></html>", kind="text/html")
    site.put("/twin.md", "# Twin\n")
    html = (
        "<html><head><title>T</title><script>if (a<b) {}</script></head><body><nav>menu</nav><main>"
        "<h1>Guide</h1><p>Call <code>f()</code> &amp; wait.</p><ul><li>one</li><li>two</li></ul>"
        "<pre><code>a &lt; b\n  c</code></pre><table><tr><th>k</th></tr><tr><td>v</td></tr></table>"
        "</main><footer>end</footer></body></html>"
    )
    site.put("/alone.html", html, kind="text/html")
    add(f"{site.address}/twin", name="twin")
    add(f"{site.address}/alone.html", name="alone")
    [twin], [alone] = registry.pages("twin"), registry.pages("alone")
    assert twin.raw == b"# Twin\n"
    assert alone.raw.decode() == (
        "# Guide\n\nCall `f()` & wait.\n\n- one\n\n- two\n\n```\na < b\n  c\n```\n\n"
        "| k |\n| --- |\n| v |\n"
    )


def test_redirects_are_followed_so_many_times(site: Site, add: Add, registry: Registry) -> None:
    site.put("/end.md", "# End\n")
    site.pages["/0.md"] = Answer(status=302, headers={"Location": "/end.md"})
    add(f"{site.address}/0.md", name="moved")
    assert registry.pages("moved")[0].raw == b"# End\n"
    for n in range(MOST_REDIRECTS + 1):
        site.pages[f"/{n}.md"] = Answer(status=301, headers={"Location": f"/{n + 1}.md"})
    with pytest.raises(FetchError, match="from one address to the next"):
        add(f"{site.address}/0.md")


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (Answer(b"x" * (2 * 1024 * 1024 + 1)), "larger than"),
        (Answer(b"x", kind="image/png"), "no Markdown"),
        (Answer(b"x", status=500), "answered 500"),
        (Answer(b"x", status=403), "answered 403"),
        (Answer(status=302, headers={"Location": "file:///etc/passwd"}), "no web address"),
    ],
)
def test_an_answer_that_is_no_page_is_told_and_changes_nothing(
    site: Site, add: Add, registry: Registry, answer: Answer, message: str
) -> None:
    site.pages["/a.md"] = answer
    with pytest.raises(FetchError, match=message) as caught:
        add(f"{site.address}/a.md")
    assert caught.value.path
    assert registry.sources() == []


def test_bytes_that_are_no_text_are_refused(site: Site, add: Add) -> None:
    site.pages["/a.md"] = Answer(b"\xff\xfe\0")
    with pytest.raises(DocumentError):
        add(f"{site.address}/a.md")


def test_private_addresses_are_refused_unless_allowed(site: Site, add: Add) -> None:
    site.put("/a.md", "# A\n")
    with pytest.raises(FetchError, match="inside a private network") as caught:
        add(f"{site.address}/a.md", allow_private=False)
    assert "--allow-private" in (caught.value.hint or "")
    assert site.asked == []


def test_an_address_of_another_kind_is_no_file_that_is_missing(add: Add) -> None:
    with pytest.raises(FetchError, match="no web address") as caught:
        add("ftp://x.test/a.md")
    assert caught.value.path == "ftp://x.test/a.md"


def test_each_redirect_is_looked_at_before_it_is_followed(site: Site) -> None:
    port = read_address(site.address).port
    site.pages["/a.md"] = Answer(status=302, headers={"Location": f"http://inner.test:{port}/b.md"})
    site.put("/b.md", "secret")
    asked: list[str] = []

    def resolver(host: str, port: int) -> list[str]:
        asked.append(host)
        if host == "inner.test":
            raise OSError("refused by the test")
        return ["127.0.0.1"]

    with (
        Fetcher(allow_private=True, resolver=resolver) as fetcher,
        pytest.raises(FetchError, match="no server is known"),
    ):
        fetcher.get(f"http://outer.test:{port}/a.md", most=100)
    assert asked == ["outer.test", "inner.test"]
    assert site.asked == [("/a.md", 302)]


def test_a_name_of_a_private_network_is_refused() -> None:
    with (
        Fetcher(resolver=lambda host, port: ["8.8.8.8", "10.0.0.7"]) as fetcher,
        pytest.raises(FetchError, match=r"inner.test is 10\.0\.0\.7"),
    ):
        fetcher.get("http://inner.test/b.md", most=100)


def test_a_name_is_resolved_once_and_the_checked_address_is_asked(site: Site) -> None:
    site.put("/a.md", "# A\n")
    site.put("/b.md", "# B\n")
    port = read_address(site.address).port
    answers = iter([["127.0.0.1"], ["192.0.2.1"]])
    with Fetcher(allow_private=True, resolver=lambda host, port: next(answers)) as fetcher:
        for name in "ab":
            found = fetcher.get(f"http://docs.test:{port}/{name}.md", most=100)
            assert found is not None
            assert found.raw == f"# {name.upper()}\n".encode()
    assert list(answers) == [["192.0.2.1"]]


def test_what_validators_are_of_is_not_sent_again(site: Site) -> None:
    site.put("/a.md", "# A\n")
    with Fetcher(allow_private=True) as fetcher:
        first = fetcher.get(f"{site.address}/a.md", most=100)
        assert first is not None
        assert fetcher.get(f"{site.address}/a.md", most=100, validators=first.validators) is None
        assert fetcher.get(f"{site.address}/a.md", most=100, validators=Validators('"x"')) == first


@pytest.mark.parametrize(
    "numeric",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0"),
        *("100.64.0.1", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1"),
        *("::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "2002:7f00:1::"),
        *("ff02::1", "2001:db8::1", "no address"),
    ],
)
def test_addresses_that_are_not_public(numeric: str) -> None:
    assert not is_public(numeric)
    with pytest.raises(FetchError):
        checked(
            read_address("http://x.test/"),
            allow_private=False,
            resolver=lambda host, port: ["8.8.8.8", numeric],
        )


@pytest.mark.parametrize("numeric", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111"])
def test_addresses_that_are_public(numeric: str) -> None:
    assert is_public(numeric)


@pytest.mark.parametrize(
    "address",
    [
        *(
            "ftp://x.test/a",
            "http://",
            "http:///a",
            "http://user:pw@x.test/",
            "javascript:alert(1)",
        ),
        *(
            "http://x.test:99999/",
            "http://x.test/a b",
            "http://[::1/",
            "http://x.test/" + "a" * 3000,
        ),
    ],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(FetchError):
        read_address(address)


def test_links_are_those_of_the_lists_own_host() -> None:
    text = (
        "- [a](/a.md) [b](b.md#part 'title') [c](http://other.test/c) [d](mailto:x@y.z)\n"
        "[e](<https://docs.test/e.md>) [a again](https://docs.test/a.md)\n"
    )
    assert linked_pages(text, base="https://docs.test/llms.txt") == [
        "https://docs.test/a.md",
        "https://docs.test/b.md",
        "https://docs.test/e.md",
    ]


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("https://x.test/a/b.md", "a/b.md"),
        ("https://x.test/", "index"),
        ("https://x.test/../../etc/passwd", "etc/passwd"),
        ("https://x.test/a%2F..%2Fb.md", "a/b.md"),
        ("https://x.test/a?version=2", "a-version-2"),
    ],
)
def test_the_path_of_a_page_stays_below_the_source(address: str, path: str) -> None:
    assert path_of_address(address) == path


def test_pages_of_one_title_are_told_apart() -> None:
    pages = split_llms_full(b"intro\n# Same\na\n# Same\nb\n")
    assert [page.path for page in pages] == ["intro.md", "same.md", "same-2.md"]
