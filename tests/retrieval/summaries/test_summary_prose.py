"""What a text says of itself: the first paragraph about it, never a licence or a directive, and never more than was asked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.summaries.prose import cut, first_paragraph, first_sentence, leading_doc


@pytest.mark.parametrize(
    ("language", "text", "said"),
    [
        ("python", '#!/usr/bin/env python\n# -*- coding: utf-8 -*-\n\n"""Parse things.\n\nMore."""\nimport os\n', ("Parse things.", 4)),
        ("python", "'Parse things.'\n", ("Parse things.", 1)),
        ("python", '# Copyright 2020 A. All rights reserved.\n\n"""Parse things."""\n', ("Parse things.", 3)),
        ("python", "# Parse many things.\n\nimport os\n", ("Parse many things.", 1)),
        ("python", "# Parse many things.\ndef parse(): ...\n", ("", 0)),  # the comment of a definition
        ("python", "# pylint: disable=all\n\nx = 1\n", ("", 0)),
        ("go", "// Copyright 2020 The Authors.\n\n// Package pay charges cards.\npackage pay\n", ("Package pay charges cards.", 3)),
        ("go", "//go:build linux\n\n// Package pay charges cards.\npackage pay\n", ("Package pay charges cards.", 3)),
        ("rust", "//! Routing between services.\n//!\n//! More.\nuse x;\n", ("Routing between services.", 1)),
        ("rust", "//! # Heading\n//!\n//! Routing between services.\nfn main() {}\n", ("Routing between services.", 3)),
        ("java", "/* Licensed under the Apache License. */\npackage a.b;\n/** About it. */\nclass A {}\n", ("", 0)),
        ("javascript", "'use strict'\n/**\n * @fileoverview Draws many receipts.\n */\nfunction draw() {}\n", ("Draws many receipts.", 3)),
        ("javascript", "/* eslint-disable */\n\n// Draws many receipts.\n\nlet x\n", ("Draws many receipts.", 3)),
        ("c", "/* Sort small arrays. */\n#include <a.h>\n", ("Sort small arrays.", 1)),
        ("c", "#include <a.h>\n/* Sort small arrays. */\n", ("", 0)),
        ("haskell", "{-# LANGUAGE CPP #-}\n{-| Strong type for keys. -}\nmodule A where\n", ("Strong type for keys.", 2)),
        ("lua", "-- Sort small arrays.\n\nlocal M = {}\n", ("Sort small arrays.", 1)),
        ("python", "\n\n", ("", 0)),
        ("python", "# ---------\n\nx = 1\n", ("", 0)),
        ("python", '"""x"""\n', ("", 0)),  # one word is no sentence about a file
    ],
)
def test_a_file_says_what_it_is_for_at_its_top(language: str, text: str, said: tuple[str, int]) -> None:
    assert leading_doc(language, text) == said


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Sum up. Then stop.", "Sum up."),
        ("Sum up, e.g. numbers of i.e. things. Then stop.", "Sum up, e.g. numbers of i.e. things."),
        ("Uses version 1.2 of it. Or not", "Uses version 1.2 of it."),
        ("No end here", "No end here"),
        ("=====\nTitle words\n=====\n\nBody of it.", "Title words"),
        ("# Heading words\n\nBody of it.", "Body of it."),
        ("", ""),
        ("!!!\n\n???", ""),
    ],
)
def test_the_first_sentence_ends_where_it_ends(text: str, sentence: str) -> None:
    assert first_sentence(text) == sentence


def test_a_long_text_is_cut_between_words() -> None:
    assert cut("one two  three\nfour", 12) == "one two…"
    assert cut("one two", 7) == "one two"
    assert first_paragraph("word " * 200).endswith("word…")


@given(st.text(), st.integers(8, 60))
def test_what_is_quoted_is_one_line_of_bounded_length(text: str, limit: int) -> None:
    for quoted in (first_paragraph(text, limit), first_sentence(text, limit), cut(text, limit)):
        assert len(quoted) <= limit
        assert "\n" not in quoted


@given(st.sampled_from(["python", "go", "rust", "javascript", "haskell"]), st.text(alphabet='#/*"-{}!\n ab', max_size=80))
def test_any_text_has_a_top(language: str, text: str) -> None:
    """Whatever stands there, a quote has a line of the file, and no quote has none."""
    said, line = leading_doc(language, text)
    assert (line == 0) == (said == "")
    assert line <= text.count("\n") + 1
