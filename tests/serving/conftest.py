"""A served sample gallery: in this process, or by a real server on loopback."""

import threading
import time

import pytest
import uvicorn
from fastapi.testclient import TestClient
from serving_checks import KEYS

import pinakes
from pinakes.serving.app import create_app
from pinakes.serving.config import ServingConfig
from pinakes.serving.keys import parse_keys
from pinakes.serving.run import address, listen


@pytest.fixture(scope="session")
def served_engine(pristine):
    with pinakes.open(pristine) as engine:
        yield engine


@pytest.fixture(scope="session")
def client(served_engine):
    """Open, as on loopback without keys; the collection may not be changed."""
    with TestClient(create_app(served_engine), base_url="http://localhost") as client:
        yield client


@pytest.fixture
def client_of(request):
    """A client of a collection or engine, served as the configuration says."""
    with_clients = []

    def make(collection, base_url="http://pinakes.example", raise_server_exceptions=True, **config):
        app = create_app(collection, ServingConfig(**config))
        client = TestClient(app, base_url=base_url, raise_server_exceptions=raise_server_exceptions)
        client.__enter__()
        with_clients.append(client)
        return client

    yield make
    for client in with_clients:
        client.__exit__(None, None, None)


@pytest.fixture(scope="session")
def keys():
    return parse_keys(",".join(f"{role}:{key}" for role, key in KEYS.items()))


@pytest.fixture
def server_of():
    """The address of a real server on loopback, in a thread of this process."""
    running = []

    def start(collection, **config):
        config = ServingConfig(port=0, **config)
        listening = listen(config)
        app = create_app(collection, config)
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        running.append((server, thread))
        while not server.started:
            time.sleep(0.01)
        return address(listening), server

    yield start
    for server, thread in running:
        server.should_exit = True
        thread.join()
