"""Words of other languages than English that say nothing: articles, question words, prepositions.

A language is told by words that are hardly ever anything else in English or in code, two of them at least and more than English has;
English text never loses a term to it. Russian is told by its letters. Chinese and Japanese write no blanks: what says nothing is cut out.
"""

from __future__ import annotations

import re

_MARKERS = {
    "de": "wo wie werden wird wurde und nicht eine einen einer für welche welcher welches warum wenn zur zum beim sind ist auch "
    "über kann wir",
    "fr": "où sont dans quelle quel quels quelles pourquoi une avec cette ces les qui est être fait aux chez",
    "es": "dónde donde cómo qué cuál cuáles está están una unos los las según también hacia cuando",
    "pt": "onde são não uma uns está estão qual quais então você às também pelo pela quando",
    "it": "dove sono gli della delle dello degli nel nella nelle perché quale quali viene vengono una è anche dal dalla",
}
_OTHERS = {
    "de": "der die das dem den des ein von mit auf in im an am aus bei nach vor zu es er sie man als oder aber ich wie so hat "
    "haben kann alle",
    "fr": "le la l de du des un et en au ce il elle on ne pas par pour sur se sa son ses comment que quoi ou mais plus tout tous",
    "es": "el la lo de del un y o en con para por se su sus es son no que como al a si más todo todos hay",
    "pt": "o a os as de do da dos das um e em no na nos nas com para por se seu sua é que como ao mais todo todos há",
    "it": "il lo la i le un uno di da del dei in con su per tra fra e o che come si non al ai alla alle più tutti c'è",
}
_RUSSIAN = frozenset([
    *("где", "как", "что", "и", "в", "на", "с", "по", "для", "из", "это", "не", "или", "какой", "какая", "какое", "какие"),
    *("почему", "зачем", "к", "у", "о", "об", "от", "за", "до", "ли", "бы", "же", "так", "есть", "быть"),
    *("когда", "кто", "чем", "если", "при", "он", "она"),
    *("они", "мы", "вы", "я", "все", "всё", "его", "её", "их", "этот", "эта", "эти", "можно", "нужно"),
])  # fmt: skip
_CHINESE = re.compile(r"(?:为什么|怎么样|怎么|怎样|如何|什么|哪里|哪儿|哪个|哪些|是否|请问|在哪|的|了|吗|呢)")
_HIRAGANA = re.compile(r"[\u3041-\u309f]+")
_IDEOGRAPH = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_WORD = re.compile(r"[^\W\d_]+")
_MARKER_SETS = {language: frozenset(words.split()) for language, words in _MARKERS.items()}
_STOP_SETS = {language: _MARKER_SETS[language] | frozenset(words.split()) for language, words in _OTHERS.items()}
_ALL_MARKERS = frozenset[str]().union(*_MARKER_SETS.values())
_MARK = re.compile(r"[^\w\s\x00-\x7f]")
_READ = 4000
"""Characters that a language is told by."""
_LEAST = 2


def foreign_stop_words(text: str, english: frozenset[str]) -> frozenset[str]:
    """Return the words of a text's language that say nothing, in lower case; none for English, whose own are ``english``."""
    if not text.isascii() and _CYRILLIC.search(text):
        return _RUSSIAN
    found = _WORD.findall(text[:_READ])
    found[:1] = [word.lower() for word in found[:1]]
    present = _ALL_MARKERS.intersection(found)
    if len(present) < _LEAST:
        return frozenset()
    counts = {language: len(markers & present) for language, markers in _MARKER_SETS.items()}
    most = max(counts.values())
    if most < _LEAST or most <= len(english.intersection(found) - _ALL_MARKERS - _shared(counts, most)):
        return frozenset()
    return frozenset[str]().union(*(_STOP_SETS[language] for language, count in counts.items() if count == most))


def _shared(counts: dict[str, int], most: int) -> frozenset[str]:
    """Return the words of the likeliest languages, which count for English no more than for them: ``in``, ``so``, ``a``."""
    return frozenset[str]().union(*(_STOP_SETS[language] for language, count in counts.items() if count == most))


def without_marks(text: str) -> str:
    """Return a text with all signs beyond ASCII that are no letters cut out: ``¿``, ``«``, ``…`` stick to words where bytes are read."""
    return text if text.isascii() else _MARK.sub(" ", text)


def without_particles(text: str) -> str:
    """Return a text with the particles and question words of Chinese and Japanese cut out; any other text as it is."""
    if text.isascii() or not _IDEOGRAPH.search(text):
        return text
    return _CHINESE.sub(" ", _HIRAGANA.sub(" ", text))
