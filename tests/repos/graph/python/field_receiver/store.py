"""Things that are saved."""


class Store:
    def save(self, item):
        return item

    def load(self, key):
        return key

    def flush(self):
        self.save(None)


class Archive:
    def save(self, item):
        return item

    def load(self, key):
        return key
