"""Every method here has the name of the method it calls on a field."""

from store import Archive, Store


class Service:
    archive: Archive

    def __init__(self, store: Store, archive: Archive, plugin):
        self.store = store
        self.archive = archive
        self.plugin = plugin
        self.cache = Store()

    def save(self, item):
        self.store.save(item)
        self.archive.save(item)
        self.plugin.save(item)

    def load(self, key):
        found = self.store.load(key)
        return found or self.archive.load(key)

    def flush(self):
        self.cache.flush()
        self.save(None)


class Client:
    def __init__(self, service: Service):
        self.service = service

    def save(self, item):
        self.service.save(item)
        self.service.store.save(item)

    def load(self, key):
        return self.service.archive.load(key)


def save(item, store: Store):
    store.save(item)


def load(handle):
    return handle.load()


def close(client: Client):
    save(client, client.service.store)
    local = client.service
    local.flush()
