# Identifiers and texts outside ASCII.
class Größe:
    """Maß der Dinge: 大きさ."""

    def umrechnen(self, faktor: float) -> "Größe":
        return Größe(self.wert * faktor)


def naïve(größe: Größe) -> Größe:
    '''Returns what it is given — “quoted”.'''
    return größe.umrechnen(2)
