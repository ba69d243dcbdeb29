"""The WEBHOOK_* variables, and what is said of wrong ones."""

from typing import Any

import pytest

from entrypoints.configuration import ConfigurationError, load_settings
from entrypoints.webhook_settings import fixed_secrets, schedule_s

SECRET, OTHER = "whsec_" + "A" * 32, "whsec_" + "B" * 32
BASE: dict[str, Any] = {"_env_file": None, "app_env": "TEST"}


def test_the_schedule_is_that_of_the_standard_unless_set() -> None:
    assert schedule_s(load_settings(**BASE)) == [0, 5, 300, 1800, 7200, 18000, 36000, 86400]
    assert schedule_s(load_settings(**BASE, webhook_schedule_s="0, 0.5,1")) == [0, 0.5, 1]


@pytest.mark.parametrize(
    "schedule", ["", "5", "1,2", "0,-1", "0,soon", "0,inf", "0,nan", "0,604801", "0" + ",1" * 50]
)
def test_a_schedule_that_means_nothing_stops_the_start(schedule: str) -> None:
    with pytest.raises(ConfigurationError, match=r"^WEBHOOK_SCHEDULE_S: "):
        load_settings(**BASE, webhook_schedule_s=schedule)


def test_one_secret_or_two_while_rotating() -> None:
    assert fixed_secrets(load_settings(**BASE)) == ()
    assert fixed_secrets(load_settings(**BASE, webhook_secret=SECRET)) == [SECRET]
    both = load_settings(**BASE, webhook_secret=f"{SECRET}, {OTHER}")
    assert fixed_secrets(both) == [SECRET, OTHER]


@pytest.mark.parametrize("secret", ["hush-hush", SECRET[:20], f"{SECRET},{OTHER},{SECRET}"])
def test_a_secret_of_another_form_stops_the_start_and_is_not_repeated(secret: str) -> None:
    with pytest.raises(ConfigurationError, match=r"^WEBHOOK_SECRET: ") as refused:
        load_settings(**BASE, webhook_secret=secret)
    assert secret not in str(refused.value)


@pytest.mark.parametrize(
    "url", ["darkroom.example.com", "ftp://a.example", "https://", "https://a/?b"]
)
def test_a_public_url_that_begins_no_link_stops_the_start(url: str) -> None:
    with pytest.raises(ConfigurationError, match=r"^PUBLIC_URL: "):
        load_settings(**BASE, public_url=url)


@pytest.mark.parametrize("timeout_s", [0, 15.1])
def test_a_try_takes_fifteen_seconds_at_most(timeout_s: float) -> None:
    with pytest.raises(ConfigurationError, match=r"^WEBHOOK_TIMEOUT_S: "):
        load_settings(**BASE, webhook_timeout_s=timeout_s)
