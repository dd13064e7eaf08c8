"""Settings are declared once; a wrong ini file stops the start in words."""

from __future__ import annotations

import pytest
from pyramid.config import Configurator

from cpms_portal.core.errors import ConfigurationRefusedError
from cpms_portal.core.settings import declared_settings, refuse_unknown_settings, setting


def configured(**settings):
    config = Configurator(settings=settings)
    config.include("cpms_portal.core.settings")
    return config


def test_a_setting_is_read_by_its_type():
    config = configured(**{"cpms.number": "12", "cpms.flag": "yes"})
    config.add_setting("cpms.number", int, 3, "a number")
    config.add_setting("cpms.flag", bool, False, "a flag")
    assert setting(config.registry, "cpms.number") == 12
    assert setting(config.registry, "cpms.flag") is True


def test_a_setting_not_in_the_file_has_its_default():
    config = configured()
    config.add_setting("cpms.number", int, 3, "a number")
    assert setting(config.registry, "cpms.number") == 3


def test_an_undeclared_setting_cannot_be_asked_for():
    with pytest.raises(KeyError):
        setting(configured().registry, "cpms.unknown")


@pytest.mark.parametrize("raw", ["twelve", "1.5", ""])
def test_a_value_that_cannot_be_read_is_refused_by_name(raw):
    config = configured(**{"cpms.number": raw})
    with pytest.raises(ConfigurationRefusedError, match="cpms.number"):
        config.add_setting("cpms.number", int, 3, "a number")


def test_a_value_outside_the_choices_is_refused():
    config = configured(**{"cpms.site": "test"})
    with pytest.raises(ConfigurationRefusedError, match="production, training"):
        config.add_setting("cpms.site", str, "training", "", choices=("production", "training"))


def test_an_unknown_key_of_ours_is_refused_and_others_are_not():
    config = configured(**{"cpms.sight": "x", "pyramid.includes": ""})
    with pytest.raises(ConfigurationRefusedError, match="cpms.sight"):
        refuse_unknown_settings(config.registry)
    config.add_setting("cpms.sight", str, "", "")
    refuse_unknown_settings(config.registry)
    assert [one.name for one in declared_settings(config.registry)] == ["cpms.sight"]
