"""Routes of Express, Gin and Spring."""

from __future__ import annotations

from graph.model import EdgeKind
from tests.graph.http.served import edges_of, facts_of, routes

EXPRESS = "const express = require('express');\n"


def test_express_joins_routers_of_commonjs() -> None:
    """The last argument answers; a handler that a module exports is followed, one that a wrapper gives is not known."""
    files = {
        "app.js": EXPRESS + "const users = require('./users');\nconst app = express();\napp.use('/users', auth, users);\n"
        "app.get('/', (req, res) => {});\napp.get('view engine');\napp.all('/any', wrap(handler));\n",
        "users.js": "const router = require('express').Router();\nconst control = require('./control');\n"
        "router.get('/:id', auth, control.one);\nrouter.route('/').get(control.all).post([auth, control.add]);\nmodule.exports = router;\n",
        "control.js": "exports.one = (req, res) => {};\nexports.all = (req, res) => {};\nexports.add = function (req, res) {};\n",
    }
    assert routes(files) == [
        "* /any -> unknown: unknown",
        "GET / -> <lambda1> proven",
        "GET /users/ -> all proven",
        "GET /users/{id} -> one proven",
        "POST /users/ -> add proven",
    ]


def test_express_joins_routers_of_modules() -> None:
    """Also one that is written as a chain and exported without a name."""
    files = {
        "main.ts": "import express from 'express';\nimport routes from './routes';\nconst app = express();\napp.use(routes);\n",
        "routes.ts": "import { Router } from 'express';\nimport tags from './tags';\n"
        "const api = Router().use(tags).use('/more', tags);\nexport default Router().use('/api', api);\n",
        "tags.ts": "import { Router, Request } from 'express';\nconst router: Router = Router();\nexport function list(q: Request) {}\n"
        "router.get('/tags', list);\nexport default router;\n",
    }
    assert routes(files) == ["GET /api/more/tags -> list proven", "GET /api/tags -> list proven"]


def test_express_hands_an_application_to_functions() -> None:
    """What a function adds to its parameter is a route where a router is handed over, and nothing where a cache is."""
    files = {
        "app.js": EXPRESS + "const app = express();\nrequire('./routes')(app);\nrequire('./cache')(new Map());\n",
        "routes.js": "module.exports = (app) => {\n  app.get('/a', (req, res) => {});\n  app.use('/sub', require('./sub'));\n};\n",
        "sub.js": "const { Router } = require('express');\nmodule.exports = Router().get('/n', function named(req, res) {});\n",
        "cache.js": "module.exports = (cache) => {\n  cache.get('/key', () => 1);\n};\n",
    }
    assert routes(files) == ["GET /a -> module.exports.<lambda1> proven", "GET /sub/n -> named proven"]


def test_express_by_another_name_or_none() -> None:
    """A local function called ``express`` makes no application."""
    files = {
        "a.js": "const web = require('express');\nconst server = web();\nserver.get('/x', f);\nfunction f() {}\n",
        "b.js": "function express() { return new Map(); }\nconst app = express();\napp.get('/y', f);\nfunction f() {}\n",
    }
    assert routes(files) == ["GET /x -> f proven"]


def test_gin_groups_are_part_of_the_path() -> None:
    """Nested, in a chain, or handed to a function of another package."""
    files = {
        "go.mod": "module example.com/shop\n",
        "main.go": """package main

import (
	"example.com/shop/users"
	"github.com/gin-gonic/gin"
)

func ping(c *gin.Context) {}

func main() {
	r := gin.Default()
	api := r.Group("/api")
	{
		api.GET("/ping", ping)
	}
	api.Group("/deep").Handle("PATCH", "/x/:id", ping)
	api.Use(gin.Logger())
	users.Register(api.Group("/users"))
	r.Any("/files/*path", func(c *gin.Context) {})
}
""",
        "users/routes.go": """package users

import "github.com/gin-gonic/gin"

type Server struct{ router *gin.Engine }

func all(c *gin.Context) {}

func Register(router *gin.RouterGroup) {
	router.POST("/", all)
}

func Lost(router *gin.RouterGroup) {
	router.POST("/lost", all)
}

func (s *Server) routes() {
	s.router.GET("/field", all)
}
""",
    }
    assert routes(files) == [
        "* /files/{path...} -> main~2.<lambda1> proven",
        "GET /api/ping -> ping proven",
        "GET /field -> all possible",
        "PATCH /api/deep/x/{id} -> ping proven",
        "POST .../lost -> all possible",
        "POST /api/users/ -> all proven",
    ]


def test_spring_joins_the_class_with_its_methods() -> None:
    """Constants count as what they say; without a controller's annotation there is no route."""
    text = """package shop;

import org.springframework.web.bind.annotation.*;

@RestController
@RequestMapping("/users")
public class Users {
    static final String ME = "/me";

    @GetMapping("/{id:[0-9]+}")
    public String one(@PathVariable String id) { return ""; }

    @RequestMapping(value = "/old", method = {RequestMethod.POST, RequestMethod.PUT})
    public String old() { return ""; }

    @PostMapping({"/a", "/b"})
    public String several() { return ""; }

    @GetMapping(ME)
    public String me() { return ""; }

    @DeleteMapping(path = "/x", produces = "text/plain")
    public String gone() { return ""; }

    @PutMapping
    public String put() { return ""; }

    @GetMapping("${paths.secret}")
    public String placeholder() { return ""; }
}

@interface GetMapped { String value(); }

interface Client {
    @GetMapping("/users/{id}")
    String one(String id);
}
"""
    assert routes({"shop/Users.java": text}) == [
        "DELETE /users/x -> Users.gone proven",
        "GET /users/me -> Users.me proven",
        "GET /users/{id} -> Users.one proven",
        "POST /users/a -> Users.several proven",
        "POST /users/b -> Users.several proven",
        "POST /users/old -> Users.old proven",
        "PUT /users -> Users.put proven",
        "PUT /users/old -> Users.old proven",
    ]
    assert facts_of({"shop/Users.java": text})["shop/Users.java"].dropped == 1
    first = next(edge for edge in edges_of({"shop/Users.java": text}, EdgeKind.HANDLES) if edge.target.endswith("one"))
    assert (first.line, text[first.start_byte : first.end_byte]) == (10, "GetMapping")


def test_springs_annotations_are_known_by_their_package() -> None:
    """One of the same name from elsewhere is none."""
    text = """package shop;

import org.springframework.web.bind.annotation.RestController;
import other.GetMapping;

@RestController
class Users {
    @GetMapping("/x")
    String x() { return ""; }
}
"""
    assert routes({"shop/Users.java": text}) == []
