import pytest

from pinakes.errors import UsageError
from pinakes.serving.keys import SESSION_SECONDS, ApiKey, Keyring, parse_keys
from pinakes.serving.roles import Role

TEXT = "search:aaaaaaaaaaaaaaaa, admin:bbbbbbbbbbbbbbbb"


def test_keys_are_read_with_their_roles():
    ring = Keyring(parse_keys(TEXT))
    assert ring.role_of("aaaaaaaaaaaaaaaa") is Role.SEARCH
    assert ring.role_of("bbbbbbbbbbbbbbbb") is Role.ADMIN
    assert ring.role_of("aaaaaaaaaaaaaaab") is None
    assert ring.role_of("") is None
    assert parse_keys("") == ()


def test_a_key_given_twice_has_the_higher_role():
    assert (
        Keyring(parse_keys("write:aaaaaaaaaaaaaaaa,search:aaaaaaaaaaaaaaaa")).role_of("a" * 16) is Role.WRITE
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("search", "API key 1 must be written role:key, where the role is one of search, write, admin"),
        ("search:aaaaaaaaaaaaaaaa,root:secretsecretsecret", "API key 2 must be written role:key"),
        ("admin:secret", "API key 1 must have 16 printable"),
        ("admin:secret secret secret", "API key 1 must have 16 printable"),
    ],
)
def test_what_is_no_key_is_refused_without_being_shown(text, message):
    with pytest.raises(UsageError, match=message) as refused:
        parse_keys(text)
    assert "secret" not in str(refused.value)


def test_no_key_can_be_read_from_what_is_kept():
    (key, *_) = parse_keys(TEXT)
    assert "aaaa" not in repr(key)
    assert "aaaa" not in repr(Keyring((key,)))
    assert b"aaaa" not in key.digest


def test_a_session_stands_for_a_role_until_it_ends():
    ring = Keyring(parse_keys(TEXT))
    token = ring.sign_session(Role.ADMIN, now=1000.0)
    assert ring.read_session(token, now=1000.0) is Role.ADMIN
    assert ring.read_session(token, now=999.0 + SESSION_SECONDS) is Role.ADMIN
    assert ring.read_session(token, now=1000.0 + SESSION_SECONDS) is None


@pytest.mark.parametrize(
    "forge",
    [
        str.upper,
        lambda t: t.replace("search", "admin"),
        lambda t: t[:-1],
        lambda t: "",
        lambda t: "a.b.c",
        lambda t: "é" + t,
    ],
)
def test_a_forged_session_stands_for_nothing(forge):
    ring = Keyring(parse_keys(TEXT))
    assert ring.read_session(forge(ring.sign_session(Role.SEARCH, now=1000.0)), now=1000.0) is None


def test_other_keys_end_every_session():
    token = Keyring(parse_keys(TEXT)).sign_session(Role.SEARCH, now=0.0)
    assert Keyring((ApiKey.of(Role.SEARCH, "a" * 16),)).read_session(token, now=0.0) is None
