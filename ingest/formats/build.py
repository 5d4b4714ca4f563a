"""Outlines of build files: Dockerfile and Makefile."""

from __future__ import annotations

import re

from ingest.formats.spans import MAX_NAME, Entry, Links, Outline, Source, build, plain
from ingest.model import SymbolKind

_DOCKERFILE = re.compile(
    rb"\n[ \t]*(?P<instruction>FROM|RUN|CMD|LABEL|EXPOSE|ENV|ADD|COPY|ENTRYPOINT|VOLUME|USER|WORKDIR|ARG|ONBUILD"
    rb"|STOPSIGNAL|HEALTHCHECK|SHELL|MAINTAINER)"
    rb"[ \t]+(?P<rest>[^\n]*)",
    re.IGNORECASE,
)
_STAGE = re.compile(rb"(?:--\S+[ \t]+)*+(?P<image>\S+)(?:[ \t]+AS[ \t]+(?P<name>\S+))?", re.IGNORECASE)
_VARIABLE = re.compile(rb"[A-Za-z_]\w*")
_CONTINUED = re.compile(rb"(?:[^\n]*\\[ \t]*\r?\n|[ \t]*#[^\n]*\n)*+[^\n]*\n?")
_HEREDOC = re.compile(rb"<<-?[\"']?(\w+)")


def dockerfile(text: bytes) -> Outline:
    """Outline a Dockerfile: a section per stage, in it a key per instruction; ``ARG`` and ``ENV`` go by the variable they set."""
    source = Source(text)
    entries: list[Entry] = []
    level = 1
    skip = 0
    for match in _DOCKERFILE.finditer(source.padded):
        at = match.start()
        if at < skip:
            continue
        instruction, rest = match["instruction"].upper(), match["rest"]
        lead, doc = source.comment_above(at, b"#")
        if instruction == b"FROM":
            stage = _STAGE.match(rest)
            if not stage:
                continue
            raw = stage["name"] or stage["image"]
            entries.append(Entry(at, plain(raw, MAX_NAME), SymbolKind.SECTION, 1, lead=lead, signature=source.line(at), doc=doc))
            level = 2
            continue
        continued = _CONTINUED.match(source.text, at)
        skip = continued.end() if continued else 0
        heredoc = _HEREDOC.search(rest)
        if heredoc:
            skip = max(skip, _heredoc_end(source, heredoc[1], match.end()))
        variable = _VARIABLE.match(rest) if instruction in {b"ARG", b"ENV"} else None
        name, kind = (variable[0], SymbolKind.VARIABLE) if variable else (instruction, SymbolKind.KEY)
        signature = plain(source.text[at : min(skip or at + 800, at + 800)], 200)
        entries.append(Entry(at, plain(name, MAX_NAME), kind, level, lead=lead, signature=signature, doc=doc))
    return build(source, entries)


def _heredoc_end(source: Source, marker: bytes, start: int) -> int:
    found = source.padded.find(b"\n" + marker, start)
    return len(source.text) if found < 0 else found + len(marker)


_MAKEFILE = re.compile(
    rb"\n(?:(?P<include>-?include|sinclude)[ \t]+(?P<files>[^\n]+)"
    rb"|define[ \t]+(?P<define>[^\s=]+)"
    rb"|(?:(?:export|override|private)[ \t]+)*+(?P<variable>[A-Za-z_][\w.-]*+)[ \t]*+(?:\?|\+|!|:{1,3})?=(?!=)"
    rb"|(?P<target>(?!\$\((?:info|warning|error|eval|call|shell|foreach)\b)[^\s#:=][^#:=\n]*+):(?![=])(?!:[:=])(?P<needs>[^\n]*))"
)
_HELP = re.compile(rb"##[ \t]*([^\n]*)")


def makefile(text: bytes) -> Outline:
    """Outline a Makefile: rules and defines as functions, variables, and the files it includes."""
    source = Source(text)
    entries: list[Entry] = []
    links = Links(source)
    skip = 0
    for match in _MAKEFILE.finditer(source.padded):
        at = match.start()
        if at < skip:
            continue
        if match["include"]:
            for file in match["files"].split(b"#")[0].split()[:100]:
                links.add(file if b"$" not in file else b"", b"", at)
            continue
        skip = source.line_end(at)
        if match["define"]:
            name, kind = match["define"], SymbolKind.FUNCTION
            end = source.padded.find(b"\nendef", match.end())
            skip = len(text) if end < 0 else end + 1
        elif match["variable"]:
            name, kind = match["variable"], SymbolKind.VARIABLE
        else:
            name, kind = match["target"].strip(), SymbolKind.FUNCTION
            if name == b".PHONY":
                continue
        lead, doc = source.comment_above(at, b"#")
        described = _HELP.search(match["needs"]) if match["needs"] else None
        entries.append(
            Entry(at, plain(name, MAX_NAME), kind, lead=lead, signature=source.line(at), doc=plain(described[1]) if described else doc)
        )
    return build(source, entries, imports=links.imports())
