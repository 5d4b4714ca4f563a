"""What a text says of itself at its top, in its own words: first paragraphs, first sentences, comments that are about the whole file."""

from __future__ import annotations

import re

from ingest.comments import clean_comment

PARAGRAPH, SENTENCE = 320, 160
"""Characters at most."""

_HEAD = 12_000
_BLANK = re.compile(r"[ \t\r\f]*\n")
_BLOCKS = r"/\*.*?\*/[ \t]*\n?|<!--.*?-->[ \t]*\n?"
_LINES = r"(?:[ \t]*{mark}[^\n]*(?:\n|\Z))+"


def _comments(mark: str, blocks: str = "") -> re.Pattern[str]:
    return re.compile("|".join(filter(None, (blocks, _LINES.format(mark=mark)))), re.DOTALL | re.MULTILINE)


_C_LIKE = _comments("//", _BLOCKS)
_COMMENT = {
    **dict.fromkeys(("python", "bash", "elixir"), _comments("#(?!!)")),
    "ruby": _comments("#(?!!)", r"=begin\b.*?^=end[^\n]*\n?"),
    "php": _comments(r"(?://|#(?!\[))", _BLOCKS),
    "lua": _comments("--(?!\\[\\[)", r"--\[\[.*?\]\][ \t]*\n?"),
    "haskell": _comments("--", r"\{-.*?-\}[ \t]*\n?"),
}
"""How a language writes comments, where not as C++ does."""
_DOCSTRING = re.compile(r"[rRuUbB]{0,2}(\"\"\"|''')(.*?)\1|[rRuUbB]{0,2}([\"'])([^\n\"']+)\3[ \t]*(?=\n|\Z)", re.DOTALL)
_PRELUDE = re.compile(
    r"(?:#![^\n]*|<\?php\b|declare\s*\([^)\n]*\)\s*;|['\"]use (?:strict|client|server)['\"];?"
    r"|#\s*(?:pragma once|nullable\b[^\n]*))[ \t]*\n?"
)
_LEGAL = re.compile(
    r"copyright|licen[cs]e|SPDX-|all rights reserved|warrant(?:y|ies)|redistribut|\bpermission is hereby\b|@preserve"
    r"|<auto-?generated|\bis (?:auto-?)?generated\b",
    re.IGNORECASE,
)
_DIRECTIVE = re.compile(
    r"^\W*(?:todo\b|fixme\b|eslint|prettier|jshint|jslint|tslint|istanbul|global[s]?\b|@ts-|@flow\b|@jsx|pylint|flake8|mypy|type:|noqa|ruff|isort|fmt:|vim?:|ex:"
    r"|-\*-|coding[:=]|frozen_string_literal|rubocop|shellcheck|clang-format|nolint|go:|\+build|build\b.{0,40}$|@generated|code generated"
    r"|<reference"
    r"|sourceMappingURL|region\b|webpack|cspell|spell|LANGUAGE\b|OPTIONS)",
    re.IGNORECASE,
)
_ABOUT_FILE = re.compile(r"@(?:file|fileoverview|overview|module|packageDocumentation)\b|^\s*//!|^/\*!", re.MULTILINE)
_HEADER_LINE = re.compile(
    r"package\b|import\b|from\b|use\b|using\b|require|include\b|#\s*include|extern\b|module\b|defmodule\b|namespace\b|export\s+(?:\*|\{|type\s*\{)"
    r"|const\s+[^=\n]+=\s*require|mod\b|pub\s+mod|#!?\[|@file|library\b|open\b|#\s*if|#\s*pragma|#\s*define|local\s+M\b"
)
_TAG = re.compile(r"^@(?:file|fileoverview|overview|module|packageDocumentation|brief|summary|desc(?:ription)?)\b[ \t]*", re.MULTILINE)
_BRIEF = re.compile(r"^[\\@](?:file|brief)\b[ \t]*\S*\.\w+\s*|^[\\@]brief\b[ \t]*", re.MULTILINE)
_WORD = re.compile(r"[^\W\d_]{2,}")
_END = re.compile(r"(?<![ (.][A-Za-z])(?<!\be\.g)(?<!\bi\.e)(?<!\betc)(?<!\bvs)[.!?](?=\s+[\"'`(\[]*[^\Wa-z_]|\s*\Z)")
_HEADING = re.compile(r"#{1,6}[ \t]")
_RULER = re.compile(r"^[\s=\-*~#_+/\\|<>.]*$")


def first_paragraph(text: str, limit: int = PARAGRAPH) -> str:
    """Return the first paragraph with words in it, on one line, of at most ``limit`` characters."""
    for paragraph in re.split(r"\n[ \t]*\n", text):
        lines = [line.strip().removeprefix("> ") for line in paragraph.splitlines() if not _RULER.match(line)]
        while lines and _HEADING.match(lines[0]):
            del lines[0]
        joined = " ".join(lines)
        if len(_WORD.findall(joined)) >= 2:
            return cut(joined, limit)
    return ""


def first_sentence(text: str, limit: int = SENTENCE) -> str:
    """Return the first sentence of the first paragraph, on one line."""
    paragraph = first_paragraph(text, 2_000)
    end = _END.search(paragraph)
    return cut(paragraph[: end.end()] if end else paragraph, limit)


def cut(text: str, limit: int) -> str:
    """Return a text on one line, cut between words where it is longer than ``limit`` characters."""
    text = " ".join(text.split())
    if len(text) <= limit:
        return text
    return text[: limit - 1].rsplit(" ", 1)[0].rstrip(",;:") + "…"


def leading_doc(language: str, text: str) -> tuple[str, int]:
    """Return what a source file says of itself at its top, and its line from 1; ("", 0) where it says nothing.

    A licence, a tool's directive, and a comment that stands right at a definition are no words about the file.
    """
    head = text[:_HEAD].replace("\r\n", "\n").lstrip("\ufeff")
    at = 0
    while at < len(head):
        if (blank := _BLANK.match(head, at)) or (blank := _PRELUDE.match(head, at)):
            at = blank.end()
            continue
        if language == "python" and (match := _DOCSTRING.match(head, at)):
            return _told(match[2] or match[4] or "", head, match.start())
        match = _COMMENT.get(language, _C_LIKE).match(head, at)
        if match is None:
            break
        said = _about_file(match[0], head[match.end() :])
        if said:
            return _told(said, head, match.start())
        at = match.end()
    return "", 0


def _about_file(comment: str, behind: str) -> str:
    if _LEGAL.search(comment):
        return ""
    plain = _BRIEF.sub("", _TAG.sub("", clean_comment(comment)))
    lines = [line for line in plain.splitlines() if not _DIRECTIVE.match(line)]
    if not first_paragraph("\n".join(lines)):
        return ""
    apart = not behind.strip() or bool(_BLANK.match(behind)) or bool(_HEADER_LINE.match(behind.lstrip()))
    return "\n".join(lines) if apart or _ABOUT_FILE.search(comment) else ""


def _told(said: str, head: str, start: int) -> tuple[str, int]:
    paragraph = first_paragraph(said)
    if not paragraph:
        return "", 0
    word = _WORD.search(paragraph)
    found = head.find(word[0], start) if word else start
    return paragraph, head.count("\n", 0, max(found, start)) + 1
