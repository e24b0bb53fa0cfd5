import pytest

from pinakes.errors import UsageError
from pinakes.serving.config import ServingConfig, is_loopback


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "[::1]", "localhost", "LOCALHOST."])
def test_loopback_needs_no_keys(host):
    assert is_loopback(host)
    ServingConfig(host=host).check()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org", "", "127.0.0.1.example.org"])
def test_other_addresses_need_keys_or_a_word(host, keys):
    assert not is_loopback(host)
    with pytest.raises(UsageError, match="PINAKES_API_KEYS"):
        ServingConfig(host=host).check()
    ServingConfig(host=host, keys=keys).check()
    ServingConfig(host=host, public_search=True).check()


@pytest.mark.parametrize("wrong", [{"workers": 0}, {"concurrency": 0}, {"queue": -1}, {"timeout": 0.0}])
def test_numbers_out_of_range_are_refused(wrong):
    with pytest.raises(UsageError, match="at least"):
        ServingConfig(**wrong).check()
