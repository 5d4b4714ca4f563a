from .tools import wrap, _hidden

__all__ = ["wrap", "bind"]


def bind(text):
    return _hidden(text)


def unlisted(text):
    return text
