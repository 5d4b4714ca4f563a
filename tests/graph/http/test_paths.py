"""Paths of routes and requests: how they are written, and which answers which."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.http.facts import joined
from graph.http.paths import Match, Target, matches, target_of, template_of

HOLE = "\0"


@pytest.mark.parametrize(
    ("framework", "written", "path"),
    [
        ("fastapi", "/users/{id}", "/users/{id}"),
        ("fastapi", "/files/{path:path}", "/files/{path...}"),
        ("starlette", "/users/{id:int}", "/users/{id}"),
        ("flask", "/users/<int:id>/<path:rest>", "/users/{id}/{rest...}"),
        ("flask", "/pick/<any(a, b):which>", "/pick/{which}"),
        ("express", "/users/:id", "/users/{id}"),
        ("express", "/users/:id(\\d+)", "/users/{id}"),
        ("express", "/files/*", "/files/{path...}"),
        ("express", "/files/*rest", "/files/{rest...}"),
        ("gin", "/files/*rest", "/files/{rest...}"),
        ("gin", "/users/:id", "/users/{id}"),
        ("spring", "/users/{id:[0-9]+}", "/users/{id}"),
        ("spring", "/files/**", "/files/{path...}"),
        ("spring", "/files/{*rest}", "/files/{rest...}"),
        ("spring", "/one/*", "/one/{any}"),
    ],
)
def test_parameters_are_written_in_one_way(framework: str, written: str, path: str) -> None:
    assert template_of(framework, written) == path


@pytest.mark.parametrize(
    ("framework", "written"),
    [("express", "/ab(cd)?e"), ("express", "/a+b"), ("spring", "${api.base}/users"), ("fastapi", f"/users/{HOLE}")],
)
def test_a_pattern_and_a_computed_path_are_none(framework: str, written: str) -> None:
    assert template_of(framework, written) is None


@pytest.mark.parametrize(
    ("url", "base", "target"),
    [
        ("/users?page=1#top", "", Target("", open=False, path="/users")),
        ("users", "", Target("", open=True, path="/users")),
        ("http://shop:80/users/1", "", Target("shop:80", open=False, path="/users/1")),
        ("http://shop", "", Target("shop", open=False, path="/")),
        ("/users", "http://shop/api/", Target("shop", open=False, path="/api/users")),
        ("http://other/users", "http://shop/api", Target("other", open=False, path="/users")),
        ("/users", None, Target(HOLE, open=True, path="/users")),
        (f"{HOLE}/users/{HOLE}", "", Target(HOLE, open=True, path=f"/users/{HOLE}")),
        (f"http://{HOLE}/users", "", Target(HOLE, open=False, path="/users")),
        (f"{HOLE}users", "", None),
        (f"{HOLE}users", None, None),
        (HOLE, "", None),
        ("//cdn/x", "", None),
    ],
)
def test_what_a_url_asks_for(url: str, base: str | None, target: Target | None) -> None:
    assert target_of(url, base) == target


@pytest.mark.parametrize(
    ("host", "elsewhere"),
    [
        ("api.github.com", True),
        ("user:secret@api.github.com:443", True),
        ("8.8.8.8", True),
        ("localhost:8000", False),
        ("127.0.0.1", False),
        ("10.0.0.7:80", False),
        ("orders", False),
        ("orders.internal", False),
        ("orders.default.svc", False),
        (HOLE, False),
        (f"{HOLE}.example.com", False),
        ("", False),
    ],
)
def test_a_public_host_name_is_somebody_elses(host: str, elsewhere: bool) -> None:
    assert Target(host, open=False, path="/").is_elsewhere is elsewhere


@pytest.mark.parametrize(
    ("route", "asked", "found"),
    [
        ("/users", "/users", Match.EXACT),
        ("/users/{id}", "/users/7", Match.EXACT),
        ("/users/{id}", f"/users/{HOLE}", Match.POSSIBLE),
        ("/users/me", f"/users/{HOLE}", Match.NO),
        ("/users/", "/users", Match.POSSIBLE),
        ("/users/{id}", "/users", Match.NO),
        ("/users", "/users/7", Match.NO),
        ("/users", f"/users{HOLE}", Match.POSSIBLE),
        ("/users/all", f"/users{HOLE}/all", Match.NO),
        ("/files/{path...}", "/files/a/b", Match.POSSIBLE),
        ("/v{version}/users", "/v2/users", Match.POSSIBLE),
        ("/v{version}/users", "/w2/users", Match.NO),
        (".../items/{id}", "/api/items/7", Match.POSSIBLE),
        (".../items/{id}", "/items", Match.NO),
        (".../{id}", "/anything", Match.NO),
        (".../items/all", "/api/items/7", Match.NO),
    ],
)
def test_a_route_answers_the_same_segments(route: str, asked: str, found: Match) -> None:
    """A parameter takes any; a prefix that is not known needs a literal segment behind it."""
    assert matches(route, Target("", open=False, path=asked)) is found


@pytest.mark.parametrize(
    ("route", "asked", "found"),
    [
        ("/api/users/{id}", f"/users/{HOLE}", Match.POSSIBLE),
        ("/api/users/{id}", "/api/v1/users/7", Match.NO),
        ("/{a}/{b}", f"/{HOLE}", Match.NO),
        (".../users", "/api/users", Match.POSSIBLE),
    ],
)
def test_a_request_below_an_unknown_base_is_found_by_its_end(route: str, asked: str, found: Match) -> None:
    assert matches(route, Target(HOLE, open=True, path=asked)) is found


segments = st.lists(st.sampled_from(["a", "b", "users"]), max_size=4)


@given(segments, segments)
def test_literal_paths_match_when_they_are_equal(one: list[str], other: list[str]) -> None:
    """And no others."""
    found = matches("/" + "/".join(one), Target("", open=False, path="/" + "/".join(other)))
    assert (found is Match.EXACT) == (one == other)
    assert found is not Match.POSSIBLE


@given(st.lists(st.sampled_from(["", "/", "/a", "b/", "/c/d"]), max_size=4))
def test_joined_prefixes_have_one_slash_between_two(prefixes: list[str]) -> None:
    whole = joined(*prefixes) or ""
    assert "//" not in whole
    assert [part for part in whole.split("/") if part] == [part for prefix in prefixes for part in prefix.split("/") if part]
    assert joined(*prefixes, None) is None
