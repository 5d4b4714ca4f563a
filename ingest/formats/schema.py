"""Outlines of schemas: SQL, Protobuf and GraphQL."""

from __future__ import annotations

import re

from ingest.formats.blocks import DOUBLE_QUOTED, block_entries
from ingest.formats.spans import MAX_NAME, MAX_SIGNATURE, Entry, Links, Outline, Source, build, plain
from ingest.model import SymbolKind

_SQL_NAME = rb"(?:[\w$#@]++|\"[^\"\n]*+\"|`[^`\n]*+`|\[[^\]\n]*+\])"
_SQL_PATH = _SQL_NAME + rb"(?:[ \t]*\.[ \t]*" + _SQL_NAME + rb")*+"
_SQL_OBJECTS = (
    rb"TABLE|VIEW|FUNCTION|PROCEDURE|PROC|TRIGGER|INDEX|TYPE|SCHEMA|SEQUENCE|DOMAIN|EXTENSION"
    rb"|DATABASE|ROLE|USER|POLICY|AGGREGATE|PACKAGE|EVENT"
)
_SQL = re.compile(
    rb"\n[ \t]*(?:(?P<create>CREATE|ALTER)(?=\s)(?:\s+(?!(?:" + _SQL_OBJECTS + rb")\b)[\w=@`%.'\"]{1,60}+){0,6}+"
    rb"\s+(?P<object>" + _SQL_OBJECTS + rb")(?:\s+BODY\b)?(?:\s+CONCURRENTLY\b)?(?:\s+IF\s+(?:NOT\s+)?EXISTS\b)?(?:\s+ONLY\b)?"
    rb"\s+(?P<name>" + _SQL_PATH + rb")"
    rb"|--+[ \t]*:?name:?[ \t]+(?P<query>[\w.-]+)"
    rb"|(?P<statement>INSERT|UPDATE|DELETE|SELECT|WITH|GRANT|DROP|COMMENT|COPY|SET|BEGIN|COMMIT|GO|DELIMITER)\b)",
    re.IGNORECASE,
)
_SQL_KINDS = {
    b"FUNCTION": SymbolKind.FUNCTION,
    b"PROCEDURE": SymbolKind.FUNCTION,
    b"PROC": SymbolKind.FUNCTION,
    b"TRIGGER": SymbolKind.FUNCTION,
    b"AGGREGATE": SymbolKind.FUNCTION,
    b"EVENT": SymbolKind.FUNCTION,
    b"SCHEMA": SymbolKind.NAMESPACE,
    b"DATABASE": SymbolKind.NAMESPACE,
    b"PACKAGE": SymbolKind.NAMESPACE,
}
_SQL_ROUTINES = frozenset({b"FUNCTION", b"PROCEDURE", b"PROC", b"TRIGGER", b"EVENT", b"PACKAGE"})
_SQL_END = re.compile(rb";[ \t]*(?:--[^\n]*)?\r?(?=\n|\Z)")
_SQL_DOLLAR = re.compile(rb"\$\w*\$")
_SQL_ROUTINE_END = re.compile(
    rb"\n[ \t]*(?:END\b[^\n;]*;[^\n]*|GO[ \t\r]*(?=\n|\Z)|DELIMITER\b[^\n]*|/[ \t\r]*(?=\n|\Z)|\$\$[^\n]*|//[ \t\r]*(?=\n|\Z))",
    re.IGNORECASE,
)
_SQL_ATOMIC = re.compile(rb"\b(?:BEGIN|DECLARE)\b", re.IGNORECASE)
_SQL_QUOTES = bytes.maketrans(b'"`[]', b"    ")


def sql(text: bytes) -> Outline:
    """Outline SQL: what ``CREATE`` defines (tables and other objects as types, routines as functions), and named queries."""
    source = Source(text)
    entries: list[Entry] = []
    breaks: list[int] = []
    creates = [match for match in _SQL.finditer(source.padded) if not match["statement"] or breaks.append(match.start())]
    ends = [match.start() for match in creates[1:]] + [len(source.padded)]
    for match, limit in zip(creates, ends, strict=False):
        at = match.start()
        breaks.append(at)
        lead, doc = source.comment_above(at, b"--")
        if match["query"]:
            name, kind, start, end = plain(match["query"], MAX_NAME), SymbolKind.FUNCTION, at, min(limit, len(text))
        elif match["create"].upper() == b"ALTER":
            continue
        else:
            sort = match["object"].upper()
            name = plain(match["name"].translate(_SQL_QUOTES), MAX_NAME).replace(" ", "")
            kind = _SQL_KINDS.get(sort, SymbolKind.TYPE)
            start, end = at, _statement_end(source, match, limit, routine=sort in _SQL_ROUTINES)
        entries.append(Entry(start, name, kind, end=end, lead=lead, signature=_sql_signature(source, match), doc=doc))
    return build(source, entries, breaks=breaks)


def _sql_signature(source: Source, match: re.Match[bytes]) -> str:
    """Return the statement's head: to the end of the line, or of the argument list where that is near."""
    end = source.padded.find(b"\n", match.end())
    return plain(source.padded[match.start() : end if end >= 0 else len(source.padded)][: 4 * MAX_SIGNATURE], MAX_SIGNATURE)


def _statement_end(source: Source, match: re.Match[bytes], limit: int, *, routine: bool) -> int:
    """Return where the statement ends in the text, at the latest before the next ``CREATE``."""
    padded = source.padded
    begin = match.end()
    first = _SQL_END.search(padded, begin, limit)
    if routine:
        stop = first.start() if first else limit
        dollar = _SQL_DOLLAR.search(padded, begin, stop)
        if dollar:
            close = padded.find(dollar[0], dollar.end(), limit)
            first = _SQL_END.search(padded, close, limit) if close >= 0 else None
        elif _SQL_ATOMIC.search(padded, begin, stop):
            first = _SQL_ROUTINE_END.search(padded, begin, limit)
    return source.line_end(first.end() - 2) if first else min(limit, len(source.text))


_SLASH_COMMENT = rb"//[^\n]*|/\*(?:[^*]++|\*(?!/))*+(?:\*/)?"
_PROTO = re.compile(
    rb"(?P<head>\n[ \t]*+(?:(?P<type>message|enum|service|oneof|extend|extensions)[ \t]+(?P<name>[\w.]++)(?:\s*+\{)?"
    rb"|rpc[ \t]+(?P<rpc>\w++)\s*+\([^(){};]{0,300}\)\s*+returns\s*+\([^(){};]{0,300}\)(?:\s*+\{)?))"
    rb"|(?P<comment>" + _SLASH_COMMENT + rb")|(?P<string>" + DOUBLE_QUOTED + rb"|'(?:[^'\\\n]++|\\.)*+'?)|(?P<open>\{)|(?P<close>\})"
)
_PROTO_KINDS = {
    b"message": SymbolKind.STRUCT,
    b"extend": SymbolKind.STRUCT,
    b"enum": SymbolKind.ENUM,
    b"service": SymbolKind.INTERFACE,
    b"oneof": SymbolKind.FIELD,
}
_PROTO_IMPORT = re.compile(rb"\nimport[ \t]+(?:public[ \t]+|weak[ \t]+)?\"([^\"\n]+)\"")
_PROTO_PACKAGE = re.compile(rb"\npackage[ \t]+([\w.]+)[ \t]*;")


def protobuf(text: bytes) -> Outline:
    """Outline Protobuf: messages, enums, services and their methods, inside the file's package."""
    source = Source(text)

    def describe(match: re.Match[bytes], depth: int) -> Entry | None:
        at = match.start()
        kind = _PROTO_KINDS.get(match["type"], SymbolKind.STRUCT) if match["type"] else SymbolKind.METHOD
        lead, doc = source.comment_above(at, b"//", _indent(match[0]))
        signature = plain(match[0], MAX_SIGNATURE).rstrip("{ ")
        return Entry(at, plain(match["name"] or match["rpc"], MAX_NAME), kind, lead=lead, signature=signature, doc=doc)

    entries = block_entries(source, _PROTO, describe)
    package = _PROTO_PACKAGE.search(source.padded)
    if package:
        entries.append(
            Entry(package.start(), plain(package[1], MAX_NAME), SymbolKind.NAMESPACE, end=len(text), signature=source.line(package.start()))
        )
    links = Links(source)
    for match in _PROTO_IMPORT.finditer(source.padded):
        links.add(match[1], b"", match.start())
    return build(source, entries, imports=links.imports())


_GRAPHQL = re.compile(
    rb"(?P<head>\n[ \t]*+(?:extend[ \t]+)?(?P<type>type|input|interface|enum|union|scalar|directive|schema|query|mutation"
    rb"|subscription|fragment)"
    rb"(?:[ \t]+(?P<name>@?\w++))?(?P<rest>(?:[^\n{}#\"()]++|\([^(){}]{0,2000}\))*+)(?:\s*+\{|(?=\r?\n|\Z)))"
    rb"|(?P<block>\"\"\"(?:[^\"]++|\"(?!\"\"))*+(?:\"\"\")?)|(?P<string>"
    + DOUBLE_QUOTED
    + rb")|(?P<comment>#[^\n]*)|(?P<open>\{)|(?P<close>\})"
)
_GRAPHQL_KINDS = {
    b"type": SymbolKind.TYPE,
    b"input": SymbolKind.STRUCT,
    b"interface": SymbolKind.INTERFACE,
    b"enum": SymbolKind.ENUM,
    b"union": SymbolKind.TYPE,
    b"scalar": SymbolKind.TYPE,
    b"schema": SymbolKind.NAMESPACE,
}
_GRAPHQL_IMPORT = re.compile(rb"\n#[ \t]*import[ \t]+(?:[^\n\"']{0,300}from[ \t]+)?[\"']([^\"'\n]+)[\"']")


def graphql(text: bytes) -> Outline:
    """Outline GraphQL: type definitions, and operations and fragments as functions; a field of the same name as a keyword is none."""
    source = Source(text)

    def describe(match: re.Match[bytes], depth: int) -> Entry | None:
        if depth or (not match["name"] and match["rest"].strip()[:1] not in (b"", b"(", b"@")):
            return None
        at = match.start()
        lead, doc = source.comment_above(at, b"#", _indent(match[0]))
        if lead == at:
            lead, doc = _description(source, at)
        name = plain(match["name"] or match["type"], MAX_NAME)
        kind = _GRAPHQL_KINDS.get(match["type"], SymbolKind.FUNCTION)
        return Entry(at, name, kind, lead=lead, signature=plain(match[0], MAX_SIGNATURE).rstrip("{ "), doc=doc)

    links = Links(source)
    for match in _GRAPHQL_IMPORT.finditer(source.padded):
        links.add(match[1], b"", match.start())
    return build(source, block_entries(source, _GRAPHQL, describe), imports=links.imports())


def _indent(head: bytes) -> int:
    return len(head) - 1 - len(head[1:].lstrip(b" \t"))


def _description(source: Source, at: int) -> tuple[int, str]:
    """Return where the description string directly above ``at`` begins, and its text."""
    window = source.text[max(0, at - 2_000) : at]
    body = window.rstrip()
    if not body.endswith(b'"') or window.count(b"\n", len(body)) > 1:
        return at, ""
    quote = b'"""' if body.endswith(b'"""') else b'"'
    start = body.rfind(quote, 0, len(body) - len(quote))
    if start < 0 or body[body.rfind(b"\n", 0, start) + 1 : start].strip():
        return at, ""
    return at - len(window) + body.rfind(b"\n", 0, start) + 1, plain(body[start:].strip(b'"'))
