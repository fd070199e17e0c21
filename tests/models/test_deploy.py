"""What is shipped for vLLM: loopback alone, no key in it, nothing writable, every flag explained."""

from __future__ import annotations

import ipaddress
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from cybersecqwen.settings import Settings

FOLDER = Path(__file__).resolve().parents[2] / "deploy" / "vllm"
OFFLINE = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "VLLM_NO_USAGE_STATS", "DO_NOT_TRACK")


@pytest.fixture(scope="module")
def service() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((FOLDER / "compose.yaml").read_text())["services"]["vllm"]
    return found


@pytest.fixture(scope="module")
def unit() -> dict[str, list[str]]:
    """Keys of the section [Service], each with its values in order."""
    text = (FOLDER / "cybersecqwen-vllm.service").read_text().replace("\\\n", " ")
    section = re.split(r"^\[(\w+)\]$", text, flags=re.M)
    body = section[section.index("Service") + 1]
    keys: dict[str, list[str]] = {}
    for line in body.splitlines():
        if line.strip() and not line.startswith("#"):
            key, is_key, value = line.partition("=")
            assert is_key and re.fullmatch(r"[A-Za-z]+", key), line
            keys.setdefault(key, []).append(value)
    return keys


@pytest.fixture(scope="module")
def commands(service: dict[str, Any], unit: dict[str, list[str]]) -> dict[str, list[str]]:
    """What `vllm serve` is given, by file."""
    words = shlex.split(unit["ExecStart"][0])
    return {"compose": service["command"], "systemd": words[words.index("vllm") + 1 :]}


def flags(command: list[str]) -> dict[str, str]:
    pairs = (word.partition("=") for word in command if word.startswith("--"))
    return {name: value for name, _, value in pairs}


def test_every_address_is_loopback(
    service: dict[str, Any], unit: dict[str, list[str]], commands: dict[str, list[str]]
) -> None:
    assert flags(commands["systemd"])["--host"] == "127.0.0.1"
    assert (unit["IPAddressDeny"], unit["IPAddressAllow"]) == (["any"], ["localhost"])
    assert "network_mode" not in service and "privileged" not in service and service.get("ipc") != "host"
    for port in service["ports"]:
        host, _, rest = port.partition(":")
        assert ipaddress.ip_address(host).is_loopback and rest.count(":") == 1
    for name in ("compose.yaml", "cybersecqwen-vllm.service"):
        text = (FOLDER / name).read_text().replace("--host=0.0.0.0  # of the container", "")
        for address in re.findall(r"\b\d{1,3}(?:\.\d{1,3}){3}\b", text):
            assert ipaddress.ip_address(address).is_loopback, f"{name}: {address}"


def test_the_container_gets_no_answers_from_other_machines() -> None:
    networks = yaml.safe_load((FOLDER / "compose.yaml").read_text())["networks"]
    for network in networks.values():
        assert network["driver_opts"]["com.docker.network.bridge.enable_ip_masquerade"] == "false"


@pytest.mark.parametrize("name", ["compose.yaml", "cybersecqwen-vllm.service", "README.md"])
def test_no_key_stands_in_it(name: str) -> None:
    text = (FOLDER / name).read_text()
    assert not re.search(r"\b(?:sk-|hf_)\w|[0-9a-f]{32}", text)
    for value in re.findall(r"VLLM_API_KEY[=:]\s*(\S+)", text):
        assert value.startswith('"$$(cat'), "the key is read from a file"
    assert "--api-key=" not in text and "--api-key " not in text


def test_it_does_not_start_without_a_key(service: dict[str, Any], unit: dict[str, list[str]]) -> None:
    for script in (service["entrypoint"][2], shlex.split(unit["ExecStart"][0])[2]):
        assert re.search(r'cat .*\)" && export VLLM_API_KEY && exec \S*vllm serve "\$\$@"$', script)


def test_both_serve_the_same_and_say_why(commands: dict[str, list[str]]) -> None:
    one, other = flags(commands["compose"]), flags(commands["systemd"])
    assert {**one, "--host": ""} == {**other, "--host": ""}
    table = set(re.findall(r"^\| `(--[\w.-]+)` \|", (FOLDER / "README.md").read_text(), re.M))
    assert set(one) == table
    for command in commands.values():
        modules = [word.split("=")[0] for word in command if re.match(r"\w+=/", word)]
        assert modules == ["threat", "code", "compliance"]
        assert int(flags(command)["--max-loras"]) == len(modules)
    assert int(one["--max-num-seqs"]) >= Settings().server_concurrency
    assert int(one["--max-logprobs"]) >= 20
    assert "--trust-remote-code" not in one


def test_nothing_is_fetched_told_or_written(service: dict[str, Any], unit: dict[str, list[str]]) -> None:
    environment = dict(item.split("=", 1) for item in unit["Environment"])
    for name in OFFLINE:
        assert service["environment"][name] == environment[name] == "1"
    assert service["read_only"] is True
    assert all(mount["read_only"] for mount in service["volumes"] if mount["type"] == "bind")
    assert unit["ProtectSystem"] == ["strict"] and unit["ReadOnlyPaths"] == ["/srv/cybersecqwen/models"]


def test_no_new_privileges(service: dict[str, Any], unit: dict[str, list[str]]) -> None:
    assert service["security_opt"] == ["no-new-privileges:true"] and service["cap_drop"] == ["ALL"]
    assert int(service["user"].split(":")[0]) > 0
    assert unit["NoNewPrivileges"] == ["yes"] and unit["CapabilityBoundingSet"] == [""]
    assert unit["DynamicUser"] == ["yes"]
