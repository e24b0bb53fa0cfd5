import pytest

from pinakes.encoders.clip.encoder import ClipFamily
from pinakes.encoders.descriptor import DescriptorFamily
from pinakes.encoders.families import open_family
from pinakes.errors import SettingsError, UnknownNameError


def test_a_plain_name():
    assert isinstance(open_family("descriptor"), DescriptorFamily)


def test_what_follows_the_colon_goes_to_the_family():
    family = open_family("clip:/models/a:b")
    assert isinstance(family, ClipFamily)
    assert family.model == "/models/a:b"
    assert open_family("clip").model == ""


def test_an_encoder_that_takes_nothing():
    with pytest.raises(SettingsError, match="the encoder 'descriptor' takes nothing after its name"):
        open_family("descriptor:large")


def test_an_unknown_name():
    with pytest.raises(UnknownNameError, match="did you mean 'clip'"):
        open_family("clipp:/models/x")
