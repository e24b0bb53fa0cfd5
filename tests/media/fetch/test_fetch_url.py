import pytest

from pinakes.errors import MediaError
from pinakes.media.fetch.policy import FetchPolicy
from pinakes.media.fetch.url import Target, follow, parse_target

HTTPS, BOTH = FetchPolicy(), FetchPolicy(http=True)


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://a.example/x.jpg", Target("https", "a.example", 443, "/x.jpg")),
        (" HTTPS://A.Example.:8443 ", Target("https", "a.example", 8443, "/")),
        (
            "https://a.example/my photo é.jpg?w=1&q=a b#top",
            Target("https", "a.example", 443, "/my%20photo%20%C3%A9.jpg?w=1&q=a%20b"),
        ),
        ("https://a.example/%20+%2F", Target("https", "a.example", 443, "/%20+%2F")),
        ("https://bücher.example/", Target("https", "xn--bcher-kva.example", 443, "/")),
        ("https://[2606:4700::1]:444/x", Target("https", "2606:4700::1", 444, "/x")),
    ],
)
def test_taken_apart(url, target):
    assert parse_target(url, HTTPS) == target
    assert parse_target(target.url, HTTPS) == target


def test_http_has_to_be_allowed():
    assert parse_target("http://a.example/x", BOTH) == Target("http", "a.example", 80, "/x")
    with pytest.raises(MediaError, match="http:// was not allowed") as refused:
        parse_target("http://a.example/x", HTTPS)
    assert refused.value.reason == "scheme_not_allowed"


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("file:///etc/passwd", "scheme_not_allowed"),
        ("ftp://a.example/x", "scheme_not_allowed"),
        ("//a.example/x", "scheme_not_allowed"),
        ("x.jpg", "scheme_not_allowed"),
        ("https:///x", "bad_url"),
        ("https://user:secret@a.example/x", "bad_url"),
        ("https://a.example@127.0.0.1/x", "bad_url"),
        ("https://a.example:99999/x", "bad_url"),
        ("https://a.example:port/x", "bad_url"),
        ("https://[::1/x", "bad_url"),
        ("https://[fe80::1%25eth0]/x", "bad_url"),
        ("https://a.example\\@b.example/", "bad_url"),
        ("https://a.example/\r\nHost: b.example", "bad_url"),
        ("https://a.ex\tample/", "bad_url"),
        ("https://" + "a" * 64 + ".example/", "bad_url"),
        ("https://a.example/" + "x" * 9000, "bad_url"),
    ],
)
def test_refused(url, reason):
    with pytest.raises(MediaError) as refused:
        parse_target(url, HTTPS)
    assert refused.value.reason == reason
    assert "secret" not in str(refused.value)


def test_redirects_are_relative_to_where_they_came_from():
    start = Target("https", "a.example", 8443, "/deep/x?y=1")
    assert follow(start, "../z.jpg", HTTPS).url == "https://a.example:8443/z.jpg"
    assert follow(start, "//b.example/z", HTTPS).url == "https://b.example/z"
    with pytest.raises(MediaError, match="http:// was not allowed"):
        follow(start, "http://a.example/z", HTTPS)
    with pytest.raises(MediaError) as refused:
        follow(start, "https://[", HTTPS)
    assert refused.value.reason == "bad_url"
