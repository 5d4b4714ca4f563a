class Session:
    """Not the one of requests."""

    def get(self, key):
        return key

    def close(self):
        return None


class Response:
    def json(self):
        return {}


def get(key):
    return key
