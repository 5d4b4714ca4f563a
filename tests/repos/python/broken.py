"""Half written."""


class Sound:
    def whole(self):
        return helper(1)


def torn(:
    return


def after(value):
    """Still found."""
    return Sound().whole()
