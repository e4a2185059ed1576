"""The container files name what exists: services, commands, settings, files; seen without an engine."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from pytest_django import Settings

from tests.running import ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text()
OURS = ("web", "worker", "scheduler", "migrate")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    described: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return described


def test_the_five_parts_are_there_and_wait_for_the_migrations(compose: dict[str, Any]) -> None:
    services = compose["services"]

    assert set(services) == {*OURS, "postgres", "redis"}
    for name in ("web", "worker", "scheduler"):
        assert services[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert services["migrate"]["restart"] == "no"


def test_every_lasting_service_restarts_and_is_asked_whether_it_is_well(compose: dict[str, Any]) -> None:
    assert "HEALTHCHECK" in DOCKERFILE
    for name, service in compose["services"].items():
        if name == "migrate":
            continue
        assert service["restart"] == "unless-stopped", name
        assert name == "web" or "test" in service["healthcheck"], name


def test_secrets_come_as_files_and_no_password_stands_in_the_file(compose: dict[str, Any]) -> None:
    for name in OURS:
        service = compose["services"][name]
        for setting in ("SECRET_KEY", "DATABASE_URL"):
            assert setting not in service["environment"]
            secret = service["environment"][f"{setting}_FILE"].removeprefix("/run/secrets/")
            assert secret in service["secrets"]
            assert secret in compose["secrets"]


def test_only_the_web_server_is_reachable_and_only_from_this_machine(compose: dict[str, Any]) -> None:
    published = {
        name: service["ports"] for name, service in compose["services"].items() if "ports" in service
    }

    assert list(published) == ["web"]
    assert all(port.startswith("127.0.0.1:") for port in published["web"])


def test_every_setting_that_is_passed_is_one_that_the_settings_read(compose: dict[str, Any]) -> None:
    read = (ROOT / "tracker" / "settings.py").read_text()

    for name in compose["services"]["web"]["environment"]:
        assert f'"{name.removesuffix("_FILE")}"' in read, name


def test_what_the_image_copies_exists_and_is_let_through() -> None:
    sources = re.findall(r"^COPY (\S+) ", DOCKERFILE, re.MULTILINE)
    let_through = (ROOT / ".dockerignore").read_text().splitlines()

    assert sources
    for source in sources:
        assert (ROOT / source).exists(), source
        assert f"!{source}" in let_through, source


def test_the_image_runs_as_nobody_special_and_checks_hashes() -> None:
    assert DOCKERFILE.index("USER claims") < DOCKERFILE.index("\nCMD ")
    assert "--require-hashes --requirement requirements.txt" in DOCKERFILE
    commands = re.findall(r"^CMD (\[.*\])", DOCKERFILE.replace("\\\n", ""), re.MULTILINE)
    assert [json.loads(command)[0] for command in commands] == ["gunicorn"]


def test_the_static_files_can_be_collected_under_their_hashed_names(
    tmp_path: Path, settings: Settings
) -> None:
    """What the image does when it is built; a stylesheet that names a missing file fails here."""
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
    }

    call_command("collectstatic", "--no-input", "--verbosity", "0")

    assert json.loads((tmp_path / "staticfiles.json").read_text())["paths"]
