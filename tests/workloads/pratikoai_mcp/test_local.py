"""What surrounds the program: its image, its archive, a developer's containers, and the cache that servers share."""

from __future__ import annotations

import json
import re
import tomllib
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.stacks import ROOT

FOLDER = ROOT / "workloads/functions/pratikoai"
COMPOSE = yaml.safe_load((ROOT / "systems/pratikoai-mcp/compose.yaml").read_text())


@pytest.mark.requirement("PRATIKO-01", check="doc")
@pytest.mark.requirement("PRATIKO-08", check="doc")
@pytest.mark.requirement("PRATIKO-75", check="doc")
def test_one_command_starts_postgres_redis_and_the_server() -> None:
    services = COMPOSE["services"]
    assert {"postgres", "redis", "server"} <= set(services)
    assert services["postgres"]["image"].startswith("postgres:16.")
    assert services["redis"]["image"].startswith("redis:7.")
    context = ROOT / "systems/pratikoai-mcp" / services["server"]["build"]["context"]
    assert (context / "Dockerfile").is_file()
    environment = services["server"]["environment"]
    assert (environment["STAGE"], environment["DATABASE_HOST"], environment["REDIS_URL"]) == (
        "local",
        "postgres",
        "redis://redis:6379",
    )
    # Nothing listens beyond the developer's machine.
    ports = [port for service in services.values() for port in service.get("ports", [])]
    assert {port.split(":")[0] for port in ports} == {"127.0.0.1"}
    for guide in ("systems/pratikoai-mcp/README.md", "docs/pratikoai-mcp/README.md"):
        assert "docker compose" in (ROOT / guide).read_text()


def test_the_server_reads_what_compose_sets(program: None, monkeypatch: pytest.MonkeyPatch) -> None:
    from pratikoai import settings
    from pratikoai.postgres import connection_options

    for name, value in COMPOSE["services"]["server"]["environment"].items():
        monkeypatch.setenv(name, value)
    options = connection_options()
    assert (options["host"], options["user"], options["dbname"]) == ("postgres", "app", "app")
    assert settings.has("REDIS_URL")


def test_servers_share_answers_through_redis(program: None, monkeypatch: pytest.MonkeyPatch) -> None:
    import fakeredis
    from pratikoai import cache

    server = fakeredis.FakeServer()
    monkeypatch.setenv("REDIS_URL", "redis://redis:6379")
    monkeypatch.setattr(cache, "_client", lambda: fakeredis.FakeRedis(server=server))
    assert cache.shared("k", lambda: {"a": 1}) == {"a": 1}
    cache.forget()
    # Another server finds what the first one made.
    assert cache.shared("k", lambda: {"a": 2}) == {"a": 1}
    assert 0 < fakeredis.FakeRedis(server=server).ttl("shared:k") <= 300
    server.connected = False
    cache.forget()
    assert cache.shared("k", lambda: {"a": 3}) == {"a": 3}


def test_a_known_password_exists_on_a_developers_machine_alone(program: None, monkeypatch: pytest.MonkeyPatch) -> None:
    from pratikoai import local

    with pytest.raises(RuntimeError, match="stage test is not local"):
        local.prepare(None)
    monkeypatch.setenv("STAGE", "staging")
    with pytest.raises(RuntimeError, match="stage staging is not local"):
        local.prepare(None)


def test_a_developers_server_makes_its_own_keys_and_no_other_does(
    program: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pratikoai import tokens

    for name in ("JWT", "JWT_PUBLIC_KEYS"):
        monkeypatch.delenv(name)
    with pytest.raises(KeyError, match="JWT"):
        tokens.issue("ada", tokens.ACCESS, family="f")
    monkeypatch.setenv("STAGE", "local")
    # What the program sets for itself is taken back with the rest.
    for name in ("JWT", "JWT_PUBLIC_KEYS"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    token, _ = tokens.issue("ada", tokens.ACCESS, family="f")
    assert tokens.check(token, tokens.ACCESS)["sub"] == "ada"
    monkeypatch.delenv("JWT")
    monkeypatch.delenv("JWT_PUBLIC_KEYS")


def test_the_image_is_pinned_and_runs_without_privileges() -> None:
    dockerfile = (FOLDER / "Dockerfile").read_text()
    bases = re.findall(r"^FROM (\S+)", dockerfile, re.MULTILINE)
    assert len(set(bases)) == 1
    assert re.fullmatch(r"python:3\.13\.\d+-slim-\w+", bases[0])
    assert re.findall(r"^USER (\S+)", dockerfile[dockerfile.rindex("FROM ") :], re.MULTILINE) == ["10001"]
    assert "EXPOSE 8080" in dockerfile


def test_image_and_archive_install_what_the_lock_file_names() -> None:
    lock = tomllib.loads((ROOT / "uv.lock").read_text())
    locked = {package["name"]: package["version"] for package in lock["package"]}
    lines = [line for line in (FOLDER / "requirements.txt").read_text().splitlines() if not line.startswith("#")]
    pins = dict(line.split("==") for line in lines)
    assert {name: locked.get(name.partition("[")[0]) for name in pins} == pins
    archived = dict(re.findall(r"^([a-z]+)==(\S+) ", (FOLDER / "requirements.lock").read_text(), re.MULTILINE))
    assert set(archived) == {"cffi", "cryptography", "pycparser", "pyjwt"}
    assert {name: locked[name] for name in archived} == archived


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small function to build."""
    package = tmp_path / "function" / "shop"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (tmp_path / "requirements.lock").write_text("jwt==1 --hash=sha256:0\n")
    stale = tmp_path / "function" / "vendor" / "stale"
    stale.mkdir(parents=True)
    (stale.parent / ".gitignore").write_text("*\n")
    return tmp_path


def installer(size: int) -> Any:
    """Installs one module and what an installer leaves behind."""

    def put(lock: Path, target: Path, architecture: str) -> None:
        assert (lock.name, architecture) == ("requirements.lock", "ARM64")
        (target / "jwt" / "__pycache__").mkdir(parents=True)
        (target / "jwt" / "__pycache__" / "a.pyc").write_text("compiled here")
        (target / "jwt" / "__init__.py").write_bytes(bytes(range(256)) * (size // 256))
        (target / "jwt-1.dist-info").mkdir()
        (target / "jwt-1.dist-info" / "RECORD").write_text(str(target))

    return put


def builder() -> Any:
    import importlib.util

    spec = importlib.util.spec_from_file_location("build_archive", ROOT / "workloads/build_archive.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_an_archive_holds_dependencies_and_version_and_nothing_of_the_machine(folder: Path) -> None:
    module = builder()
    zipped, unpacked = module.build(folder, "4f1c2a9e", "ARM64", installer(1024))
    packed = module.pack(folder / "function")
    names = zipfile.ZipFile(BytesIO(packed)).namelist()
    assert names == ["shop/VERSION", "shop/__init__.py", "vendor/jwt/__init__.py"]
    assert (folder / "function/shop/VERSION").read_text() == "4f1c2a9e\n"
    assert zipped == len(packed) < unpacked
    # Once more, the same bytes.
    module.build(folder, "4f1c2a9e", "ARM64", installer(1024))
    assert module.pack(folder / "function") == packed


def test_an_archive_that_lambda_would_refuse_fails_the_build(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    module = builder()
    assert (module.MAX_ZIPPED, module.MAX_UNPACKED) == (50 * 1024 * 1024, 250 * 1024 * 1024)
    monkeypatch.setattr(module.build, "__defaults__", (installer(4096),))
    assert module.main([str(folder)]) == 0
    monkeypatch.setattr(module, "MAX_UNPACKED", 4000)
    assert module.main([str(folder)]) == 1
    assert "split the function" in capsys.readouterr().err
    monkeypatch.setattr(module, "MAX_UNPACKED", 10**9)
    monkeypatch.setattr(module, "MAX_ZIPPED", 100)
    assert module.main([str(folder)]) == 1
    assert module.main([str(folder / "function")]) == 2


def test_the_private_key_never_reaches_who_checks_tokens(
    program: None, pair: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from pratikoai import tokens

    token, _ = tokens.issue("ada", tokens.ACCESS, family="f")
    tokens.forget()
    monkeypatch.delenv("JWT")
    assert tokens.check(token, tokens.ACCESS)["sub"] == "ada"
    assert set(json.loads(pair[1])["keys"][0]) == {"kty", "use", "alg", "kid", "n", "e"}
