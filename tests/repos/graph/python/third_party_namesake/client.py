import json
import logging
from pathlib import Path as FilePath

import requests
from requests import Response, Session

import session
from session import Session as LocalSession


class Logger:
    def info(self, text):
        return text


class Path:
    def exists(self):
        return True


log = logging.getLogger(__name__)


def fetch(url: str) -> Response:
    remote = Session()
    answer = remote.get(url)
    remote.close()
    return answer


def fetch_with(remote: requests.Session, url: str):
    return remote.get(url).json()


def fetch_plain(url):
    return requests.get(url)


def remember(key):
    near = LocalSession()
    near.get(key)
    near.close()


def remember_too(near: session.Session):
    near.get("key")
    return session.get("key")


def read(answer: Response):
    return answer.json()


def report(text):
    log.info(text)
    json.dumps(text)


def report_here(logger: Logger):
    logger.info("here")


def there(path: FilePath):
    return path.exists()


def here(path: Path):
    return path.exists()
