def wrap(text):
    return text


def bind(text):
    return text


def _hidden(text):
    return wrap(text)
