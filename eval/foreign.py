"""Questions that hardly any repository answers, for sets about one repository.

They show whether confidence tells answers from guesses. Where a set has several repositories, the questions about the others serve, which
are harder: they are about software too.
"""

QUESTIONS = (
    "how is the safety of the king weighed when a chess position is evaluated",
    "convert the declination and right ascension of a star to azimuth and altitude",
    "align two protein sequences with a substitution matrix",
    "advance the tectonic plates of the terrain by one million years",
    "where is the tempo of a drum pattern quantised to sixteenth notes",
    "simulate the spread of an epidemic over a contact network of households",
    "compute the tide at a harbour from its harmonic constituents",
    "which function solves the lens equation of a gravitational lens",
    "decide when a sourdough should be folded again from its temperature",
    "read the pressure of a diver's tank and warn before the ascent",
    "estimate the age of a tree from the width of its rings",
    "shade the wings of a butterfly by thin-film interference",
    "how does the crossword generator place intersecting words",
    "plan the route of a combine harvester over a field with obstacles",
    "calibrate a seismograph against a reference earthquake",
    "where does the card game decide who takes the trick",
    "calculate the glide slope of an aircraft on its final approach",
    "generate a knitting pattern for a sleeve from body measures",
    "detect the heartbeat of a foetus in an ultrasound recording",
    "roast profile of coffee beans: first crack and development time",
    "translate hieroglyphs to their phonetic signs",
    "predict the yield of a vineyard from degree days and rain",
    "resolve a dispute in a curling match by measuring stones",
    "tune a piano by stretching octaves for inharmonic strings",
)
"""In plain words, about things that few programs do."""
