import tomllib
from importlib import import_module
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path

import pytest

from pinakes import registry
from pinakes.errors import MissingExtraError, SettingsError, UnknownNameError
from pinakes.indexes.families import index_family
from pinakes.registry import BUILT_IN, Component, component, components, load

ALL = [(kind, name, component) for kind, named in BUILT_IN.items() for name, component in named.items()]


@pytest.mark.parametrize(("kind", "name", "component"), ALL, ids=[f"{k}-{n}" for k, n, _ in ALL])
def test_every_built_in_component_is_where_it_is_said_to_be(kind, name, component):
    module, _, attribute = component.target.partition(":")
    assert load(kind, name) is getattr(import_module(module), attribute)
    assert component.help and "\n" not in component.help


def test_every_extra_is_declared():
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())["project"]
    needed = {component.extra for *_, component in ALL} - {None}
    assert needed <= set(project["optional-dependencies"])


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(UnknownNameError, match=r"unknown encoder 'descripter'; did you mean 'descriptor'\?"):
        load("encoder", "descripter")


def test_an_unknown_kind_lists_the_known_ones():
    with pytest.raises(UnknownNameError, match="Known: encoder, index"):
        components("ranker")


@pytest.fixture
def plugins(monkeypatch):
    """Declare entry points, as installed packages would."""

    def declare(group, **targets):
        points = EntryPoints(EntryPoint(name, value, group) for name, value in targets.items())
        monkeypatch.setattr("importlib.metadata.entry_points", lambda group: points.select(group=group))

    return declare


def test_a_plugin_comes_in_by_its_entry_point(plugins):
    plugins("pinakes.encoders", mine="collections:OrderedDict")
    assert list(components("encoder")) == ["clip", "descriptor", "mine", "text"]
    assert load("encoder", "mine").__name__ == "OrderedDict"


def test_an_index_plugin_has_its_own_group(plugins):
    plugins("pinakes.indexes", mine="collections:Counter")
    assert load("index", "mine").__name__ == "Counter"
    assert "mine" not in components("encoder")


@pytest.mark.parametrize(
    ("target", "why"),
    [("collections:Nothing", "has no attribute 'Nothing'"), ("no_such_package:Class", "No module named")],
)
def test_a_plugin_that_cannot_be_loaded_is_named(plugins, target, why):
    plugins("pinakes.indexes", mine=target)
    with pytest.raises(SettingsError, match=f"the index 'mine' .* cannot be loaded from {target}: .*{why}"):
        load("index", "mine")


def test_a_plugin_cannot_take_the_name_of_a_built_in_component(plugins):
    plugins("pinakes.encoders", descriptor="collections:OrderedDict")
    assert load("encoder", "descriptor").__name__ == "DescriptorFamily"


def test_a_missing_package_names_the_extra(monkeypatch):
    component = Component("package_that_is_not_there.module:Class", "needs more", extra="vision")
    monkeypatch.setattr(registry, "BUILT_IN", {"encoder": {"heavy": component}})
    with pytest.raises(MissingExtraError, match=r"encoder 'heavy' needs .* pip install 'pinakes\[vision\]'"):
        load("encoder", "heavy")


def test_a_mistake_inside_pinakes_is_not_a_missing_extra(monkeypatch):
    component = Component("pinakes.no_such_module:Class", "a typing mistake of ours", extra="vision")
    monkeypatch.setattr(registry, "BUILT_IN", {"encoder": {"broken": component}})
    with pytest.raises(ModuleNotFoundError, match="no_such_module"):
        load("encoder", "broken")


@pytest.mark.parametrize("name", ["pq", "ivf"])
def test_what_an_index_takes_names_its_default(name):
    _, _, default = index_family(name).name.partition(":")
    assert f", {default} unless given" in component("index", name).takes
