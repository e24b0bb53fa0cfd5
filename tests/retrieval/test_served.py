import pytest

from pinakes.errors import SettingsError
from pinakes.retrieval.served import read_served
from pinakes.settings import parse_settings
from pinakes.types import AttributeType

CHOSEN = {
    "source": {"path": "../photos"},
    "attributes": {"price": {"type": "float"}, "seasons": {"type": "set"}},
    "spaces": {"picture": {"encoder": "descriptor", "score": "mean"}},
    "search": {"collapse": "near", "audit": 7, "fields": {"title": 2.0, "text": 1.0, "attributes": 0.5}},
    "policy": {"licenses": ["CC0-1.0"]},
    "synthetic": True,
}


@pytest.mark.parametrize("complete", [True, False], ids=["as published", "by an older Pinakes"])
def test_the_settings_of_a_release_are_read(complete):
    settings = parse_settings(CHOSEN).model_dump(mode="json") if complete else CHOSEN
    served = read_served(settings, "here")
    assert served.source == "../photos"
    assert served.attributes == {"price": AttributeType.FLOAT, "seasons": AttributeType.SET}
    assert served.scores == {"picture": "mean"}
    assert served.weights == {"title": 2.0, "text": 1.0, "attributes": 0.5}
    assert (served.collapse, served.audit, served.synthetic) == ("near", 7, True)
    assert served.licenses == ("CC0-1.0",)


def test_what_an_older_pinakes_left_out_has_its_default():
    served = read_served({"spaces": {"picture": {"encoder": "descriptor"}}}, "here")
    assert served.scores == {"picture": "best"}
    assert (served.collapse, served.audit, served.licenses) == (True, 1000, ())


def test_what_is_wrong_is_said():
    with pytest.raises(SettingsError, match=r"release v1.*\n.*unknown key 'serach'"):
        read_served({"serach": {}}, "release v1")
