"""What each kind of manifest declares, with the line of every dependency."""

from __future__ import annotations

import pytest

from graph.manifests.model import Dependency, Manifest, Scope
from graph.packages import is_manifest, read_manifest

R, D, B, O, P, I = Scope.RUNTIME, Scope.DEVELOPMENT, Scope.BUILD, Scope.OPTIONAL, Scope.PEER, Scope.INDIRECT  # noqa: E741


def read(path: str, text: str) -> Manifest:
    """The manifest of a text, which must be readable."""
    assert is_manifest(path)
    found = read_manifest(path, text.encode())
    assert isinstance(found, Manifest), found
    return found


def rows(manifest: Manifest) -> list[tuple[str, str, Scope, int]]:
    """What a test compares of dependencies."""
    return [(found.name, found.requirement, found.scope, found.line) for found in manifest.dependencies]


PYPROJECT = """[build-system]
requires = ["hatchling>=1.27"]
[project]
name = "My.App"
version = "1.2"
dependencies = [
  "Requests[socks] >=2,<3 ; python_version > '3.8'",  # why
  "typing_extensions",
  "local @ file:./libs/local",
  "member",
  "!!",
  7,
]
[project.optional-dependencies]
fast = ["ujson"]
[dependency-groups]
dev = ["pytest", {include-group = "lint"}]
lint = ["ruff"]
[tool.uv]
dev-dependencies = ["tox"]
[tool.uv.sources]
Member = { workspace = true }
typing-extensions = { path = "vendor/te" }
[tool.uv.workspace]
members = ["packages/*"]
exclude = ["packages/old"]
[tool.pdm.dev-dependencies]
x = ["black"]
[tool.setuptools]
package-dir = { "" = "lib", "odd" = "../outside" }
[tool.setuptools.packages.find]
where = ["lib"]
[tool.hatch.build.targets.wheel]
packages = ["src/my_app", "top"]
"""


def test_pyproject() -> None:
    """PEP 621, groups, build requirements, uv's and PDM's tables; names are normalised, what names nothing is counted."""
    found = read("sub/pyproject.toml", PYPROJECT)
    assert (found.name, found.line, found.folder, found.dropped) == ("My.App", 4, "sub", 2)
    assert rows(found) == [
        ("requests", ">=2,<3", R, 7),
        ("typing-extensions", "", R, 8),
        ("local", "@ file:./libs/local", R, 9),
        ("member", "", R, 10),
        ("ujson", "", O, 15),
        ("pytest", "", D, 17),
        ("ruff", "", D, 18),
        ("hatchling", ">=1.27", B, 2),
        ("tox", "", D, 20),
        ("black", "", D, 28),
    ]
    assert [(item.name, item.local) for item in found.dependencies if item.local] == [
        ("typing-extensions", "sub/vendor/te"),
        ("local", "sub/libs/local"),
    ]
    assert [item.name for item in found.dependencies if item.workspace] == ["member"]
    assert [item.group for item in found.dependencies if item.scope is D] == ["dev", "lint", "dev", "x"]
    assert found.workspace == ("packages/*", "!packages/old")


POETRY = """[tool.poetry]
name = "shop"
version = "0.1"
packages = [{include = "shop", from = "src"}, {include = "top"}]
[tool.poetry.dependencies]
python = "^3.11"
Django_Thing = "^4"
shared = { path = "../shared", develop = true }
extra = { version = "1", optional = true }
many = [{ version = "2", python = "<3.9" }, { version = "3" }]
[tool.poetry.dev-dependencies]
old = "*"
[tool.poetry.group.docs.dependencies]
"sphinx" = "7"
"bad name" = "1"
"""


def test_poetry() -> None:
    """Poetry's tables; Python itself is no package, and a path may lead to a neighbour."""
    found = read("a/pyproject.toml", POETRY)
    assert (found.name, found.line, found.dropped) == ("shop", 2, 1)
    assert rows(found) == [
        ("django-thing", "^4", R, 7),
        ("shared", "", R, 8),
        ("extra", "1", O, 9),
        ("many", "2", R, 10),
        ("old", "*", D, 12),
        ("sphinx", "7", D, 14),
    ]
    assert found.dependencies[1].local == "shared"


SETUP_CFG = """[metadata]
name = old-app
version = 3
[options]
package_dir =
    =src
install_requires =
    # a comment
    six>=1
    attrs  # another
    -bad
tests_require = nose
setup_requires = wheel
[options.packages.find]
where = src
[options.extras_require]
fast = ujson
    lxml
"""


def test_setup_cfg() -> None:
    found = read("setup.cfg", SETUP_CFG)
    assert (found.name, found.line, found.dropped) == ("old-app", 2, 1)
    assert rows(found) == [
        ("six", ">=1", R, 9),
        ("attrs", "", R, 10),
        ("wheel", "", B, 13),
        ("nose", "", D, 12),
        ("ujson", "", O, 17),
        ("lxml", "", O, 18),
    ]


SETUP_PY = r"""
import setuptools
from setuptools import setup
"an odd \d escape"
VERSION = open("v").read()
if __name__ == "__main__":
    setup(
        name="lit",
        version=VERSION,
        install_requires=[
            "six>=1",
            COMPUTED,
        ],
        tests_require=("nose",),
        extras_require={"fast": ["ujson"], EXTRA: ["hidden"]},
        package_dir={"": "lib"},
        **more,
    )
print("x")
setuptools.setup(setup_requires=compute())
"""


def test_setup_py_counts_where_it_is_literal() -> None:
    """Nothing runs, so nothing computed is known."""
    found = read("setup.py", SETUP_PY)
    assert (found.name, found.line) == ("lit", 8)
    assert rows(found) == [("six", ">=1", R, 11), ("nose", "", D, 14), ("ujson", "", O, 15)]
    assert read("setup.py", "x.setup(name='no')\nf()()").name == ""


REQUIREMENTS = """# top
requests==2.1 \\
    --hash=sha256:abc
-r other.txt
-c constraints.txt
--index-url https://example.org/simple
-e ./libs/own[extra]
-e git+https://example.org/x.git#egg=Cool_Thing
./libs/second
pkg @ https://example.org/pkg.whl
https://example.org/nameless.whl
Flask ; python_version > "3"   # comment
-e
==1
"""


@pytest.mark.parametrize(("path", "scope"), [("requirements.txt", R), ("requirements/dev.txt", D), ("test-requirements.in", D)])
def test_requirements(path: str, scope: Scope) -> None:
    """Continued lines count from their first; options and constraints are no dependencies; the file's name tells its purpose."""
    found = read(path, REQUIREMENTS)
    assert rows(found) == [
        ("requests", "==2.1", scope, 2),
        ("", "", scope, 7),
        ("cool-thing", "git+https://example.org/x.git#egg=Cool_Thing", scope, 8),
        ("", "", scope, 9),
        ("pkg", "@ https://example.org/pkg.whl", scope, 10),
        ("flask", "", scope, 12),
    ]
    folder = "requirements/" if "/" in path else ""
    assert [item.local for item in found.dependencies if item.local] == [f"{folder}libs/own", f"{folder}libs/second"]
    assert found.dropped == 2


def test_pipfile() -> None:
    found = read("Pipfile", '[packages]\nDjango = "*"\nown = {path = "./own"}\n[dev-packages]\npytest = {version = ">=7"}\n')
    assert rows(found) == [("django", "*", R, 2), ("own", "", R, 3), ("pytest", ">=7", D, 5)]
    assert found.dependencies[1].local == "own"


PACKAGE_JSON = """{
  "name": "@shop/web",
  "version": "1.0.0",
  "main": "./dist/index.js",
  "types": "dist/index.d.ts",
  "exports": {
    ".": {"import": {"types": "./a.d.ts", "default": "./a.mjs"}, "require": ["./a.cjs", null]},
    "./sub/*": "./src/*.js"
  },
  "imports": {"#internal": "./src/internal.js", "#dep": "lodash"},
  "dependencies": {
    "react": "^18",
    "@shop/core": "workspace:*",
    "own": "file:../own",
    "four": "npm:three@^4",
    "bad name": "1",
    "near": "./near"
  },
  "devDependencies": {"vitest": 7},
  "peerDependencies": {"vue": ">=3"},
  "optionalDependencies": {"fsevents": "*"},
  "workspaces": {"packages": ["packages/*", "!packages/old"]}
}
"""


def test_package_json() -> None:
    """All four tables, aliases, local and workspace versions."""
    found = read("web/package.json", PACKAGE_JSON)
    assert (found.name, found.line, found.dropped) == ("@shop/web", 2, 1)
    assert rows(found) == [
        ("react", "^18", R, 12),
        ("@shop/core", "workspace:*", R, 13),
        ("own", "file:../own", R, 14),
        ("three", "^4", R, 15),
        ("near", "./near", R, 17),
        ("vitest", "", D, 19),
        ("vue", ">=3", P, 20),
        ("fsevents", "*", O, 21),
    ]
    assert found.dependencies[1] == Dependency("@shop/core", "workspace:*", R, 13, workspace=True, start_byte=362, end_byte=372)
    assert [(item.name, item.local) for item in found.dependencies if item.local] == [("own", "own"), ("near", "web/near")]
    assert found.dependencies[3].alias == "four"
    assert found.workspace == ("packages/*", "!packages/old")


def test_a_manifest_that_is_no_table_declares_nothing() -> None:
    assert read("package.json", "[]") == Manifest("package.json", read("package.json", "{}").ecosystem, line=1)


def test_pnpm_workspace() -> None:
    text = "# x\npackages:\n  # all\n  - 'packages/*'\n  - \"apps/**\"\n- tools\n\ncatalog:\n  - no\n"
    assert read("pnpm-workspace.yaml", text).workspace == ("packages/*", "apps/**", "tools")
    assert read("pnpm-workspace.yaml", "catalog: {}\n").workspace == ()


GO_MOD = """// comment
module "example.org/shop" // note
go 1.22
require example.org/one v1.0.0
require (
\tgolang.org/x/text v0.3.0 // indirect
\texample.org/own v0.0.0
\texample.org/moved v1.2.3

)
exclude example.org/one v0.9.0
replace example.org/own => ../own
replace (
\texample.org/moved v1.2.3 => example.org/fork v1.0.0
)
require
"""


def test_go_mod() -> None:
    """Blocks and single lines; a replacement by a folder makes the module local."""
    found = read("svc/go.mod", GO_MOD)
    assert (found.name, found.line, found.dropped) == ("example.org/shop", 2, 1)
    assert rows(found) == [
        ("example.org/one", "v1.0.0", R, 4),
        ("golang.org/x/text", "v0.3.0", I, 6),
        ("example.org/own", "v0.0.0", R, 7),
        ("example.org/moved", "v1.2.3", R, 8),
    ]
    assert [item.local for item in found.dependencies] == [None, None, "own", None]
    assert read("go.work", "go 1.22\nuse ./a\nuse (\n ./b/c\n .\n)\n").workspace == ("a", "b/c", ".")


CARGO = """[package]
name = "shop-cli"
version = "0.3.0"
[lib]
name = "shop"
path = "lib/mod.rs"
[[bin]]
name = "tool"
[[bin]]
name = "other"
path = "bins/other.rs"
[dependencies]
serde = { version = "1", features = ["derive"] }
json = { package = "serde_json", version = "1" }
core = { path = "../core" }
shared = { workspace = true, optional = true }
"bad name" = "1"
[dev-dependencies]
tempfile = "3"
[build-dependencies]
cc = "1"
[target.'cfg(unix)'.dependencies]
libc = "0.2"
[workspace]
members = ["crates/*"]
exclude = ["crates/old"]
[workspace.dependencies]
tokio = "1"
"""


def test_cargo() -> None:
    """Renames, paths, inherited and platform dependencies, and the files a crate starts in."""
    found = read("cli/Cargo.toml", CARGO)
    assert (found.name, found.line, found.dropped) == ("shop-cli", 2, 1)
    assert rows(found) == [
        ("serde", "1", R, 13),
        ("serde_json", "1", R, 14),
        ("core", "", R, 15),
        ("shared", "", O, 16),
        ("tempfile", "3", D, 19),
        ("cc", "1", B, 21),
        ("libc", "0.2", R, 23),
    ]
    assert found.dependencies[1].alias == "json"
    assert found.dependencies[2].local == "core"
    assert found.dependencies[3].workspace
    assert found.workspace == ("crates/*", "!crates/old")
    assert [(item.name, item.line) for item in found.versions] == [("tokio", 28)]
    assert read("Cargo.toml", "[workspace]\n[workspace.package]\nversion = '2'\n").name == ""


POM = """<?xml version="1.0"?>
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <parent><groupId>org.shop</groupId><artifactId>parent</artifactId><version>2.0</version></parent>
  <artifactId>web</artifactId>
  <properties><spring.version>6.${minor}</spring.version><minor>1</minor><loop>${loop}x</loop></properties>
  <modules><module>api</module></modules>
  <dependencyManagement><dependencies>
    <dependency><groupId>g</groupId><artifactId>managed</artifactId><version>9</version></dependency>
  </dependencies></dependencyManagement>
  <dependencies>
    <dependency>
      <groupId>org.springframework</groupId><artifactId>spring-core</artifactId><version>${spring.version}</version>
    </dependency>
    <dependency><groupId>${project.groupId}</groupId><artifactId>core</artifactId><version>${project.version}</version></dependency>
    <dependency><groupId>junit</groupId><artifactId>junit</artifactId><version>${elsewhere}</version><scope>test</scope></dependency>
    <dependency><groupId>g</groupId><artifactId>o</artifactId><version>${loop}</version><optional>true</optional></dependency>
    <dependency><artifactId>groupless</artifactId></dependency>
  </dependencies>
  <profiles><profile><dependencies>
    <dependency><groupId>g</groupId><artifactId>p</artifactId><scope>provided</scope></dependency>
  </dependencies></profile></profiles>
  <build><sourceDirectory>source</sourceDirectory></build>
</project>
"""


def test_pom() -> None:
    """Group and version come from the parent, properties are replaced as far as the file defines them, and a loop of them ends."""
    found = read("web/pom.xml", POM)
    assert (found.name, found.line, found.dropped) == ("org.shop:web", 4, 1)
    assert [row for row in rows(found) if row[0] != "g:o"] == [
        ("org.springframework:spring-core", "6.1", R, 11),
        ("org.shop:core", "2.0", R, 14),
        ("junit:junit", "${elsewhere}", D, 15),
        ("g:p", "", P, 20),
    ]
    assert len(found.dependencies[3].requirement) <= 200
    assert found.workspace == ("api",)
    assert [item.name for item in found.versions] == ["g:managed"]


def test_properties_that_grow_stay_bounded() -> None:
    """Ten levels of ten repetitions each would be ten billion characters."""
    levels = "".join(f"<p{level}>{f'${{p{level + 1}}}' * 10}</p{level}>" for level in range(10))
    dependency = "<dependency><groupId>g</groupId><artifactId>a</artifactId><version>${p0}</version></dependency>"
    text = f"<project><properties>{levels}</properties><dependencies>{dependency}</dependencies></project>"
    assert len(read("pom.xml", text).dependencies[0].requirement) <= 200


GRADLE = """plugins { id 'java' }
group = 'org.shop'
version '1.1'
// implementation 'no:comment:1'
/* api 'no:comment:2'
*/ dependencies {
    implementation 'g:one:1.0'
    api("g:two:2.0@jar") { transitive = false }
    testImplementation platform("g:bom:3")
    implementation project(':core:util')
    compileOnly group: 'g', name: 'three', version: '3'
    annotationProcessor "g:four:$v"
    ksp("g:five:${version("x")}")
    implementation(libs.my.lib)
    implementation "http://example.org/a//b:c:d"
    myapi = 5
}
"""


def test_gradle() -> None:
    """Literal coordinates in each of the ways they are written; comments hide."""
    found = read("web/build.gradle", GRADLE)
    assert (found.name, found.line) == ("org.shop:web", 2)
    assert rows(found) == [
        ("g:one", "1.0", R, 7),
        ("g:two", "2.0", R, 8),
        ("g:bom", "3", D, 9),
        (":core:util", "", R, 10),
        ("g:three", "3", P, 11),
        ("g:four", "$v", B, 12),
        ("g:five", "", B, 13),
        ("libs:my-lib", "", R, 14),
    ]
    assert read("build.gradle.kts", 'version = "2"\n').name == ""


def test_gradle_settings_and_catalogue() -> None:
    text = "rootProject.name = 'shop'\ninclude ':core:util', ':web'\ninclude(\"app\")\ninclude('..:up')\n"
    assert read("settings.gradle", text).workspace == (".", "core/util", "web", "app")
    toml = '[versions]\nv = "1"\n[libraries]\na-b = { module = "g:a", version.ref = "v" }\nc = { group = "g", name = "c", version = "2" }\n'
    found = read("gradle/libs.versions.toml", toml + 'd = "g:d:3"\nbad = {}\n').versions
    assert [(item.name, item.requirement, item.alias, item.line) for item in found] == [
        ("g:a", "1", "a-b", 4),
        ("g:c", "2", "c", 5),
        ("g:d", "3", "d", 6),
    ]


def test_sbt() -> None:
    text = """ThisBuild / organization := "org.shop"
name := "web"
version := "1"
libraryDependencies += "org.cats" %% "cats-core" % "2.1" // "no" % "no" % "1"
libraryDependencies ++= Seq(
  "org.test" %%% "munit" % V.munit % Test,
  "j" % "servlet" % "4" % "provided")
"""
    found = read("build.sbt", text)
    assert (found.name, found.line) == ("org.shop:web", 2)
    assert rows(found) == [("org.cats:cats-core", "2.1", R, 4), ("org.test:munit", "", D, 6), ("j:servlet", "4", P, 7)]
    other = read("project/Dependencies.scala", 'val x = "a" % "b" % "1"\n')
    assert (rows(other), other.name) == ([("a:b", "1", R, 1)], "")


def test_composer() -> None:
    """Names compare without case, the interpreter and its extensions are no packages."""
    text = """{"name": "Shop/Web",
 "require": {"php": ">=8", "ext-json": "*", "Symfony/Console": "^6", "bad name": "1"},
 "require-dev": {"phpunit/phpunit": "^10"},
 "autoload": {"psr-4": {"Shop\\\\": ["src/", "more"], "Bad\\\\": 7}, "psr-0": {"Old_": "old"}},
 "autoload-dev": {"psr-4": {"Shop\\\\Tests\\\\": "tests/", "": ""}},
 "repositories": [{"type": "path", "url": "../packages/*"}, {"type": "vcs", "url": "x"}]}
"""
    found = read("web/composer.json", text)
    assert (found.name, found.dropped, found.workspace) == ("shop/web", 1, ("../packages/*",))
    assert rows(found) == [("symfony/console", "^6", R, 2), ("phpunit/phpunit", "^10", D, 3)]


GEMFILE = """source "https://rubygems.org"
gemspec
gem "rails", "~> 7.0", ">= 7.0.1"
gem 'own', path: './own' # why
# gem "no"
group :development, :test do
  gem "rspec"
  if ENV["X"]
    gem "pry", require: false
  end
end
platforms :ruby do
  gem "pg"
end
gem("late", group: :test)
gem "both", group: [:production, :default]
end
"""


def test_gemfile_and_gemspec() -> None:
    """Blocks give their group to the gems in them, and end where their ``end`` stands."""
    found = read("Gemfile", GEMFILE)
    assert rows(found) == [
        ("rails", "~> 7.0, >= 7.0.1", R, 3),
        ("own", "", R, 4),
        ("rspec", "", D, 7),
        ("pry", "", D, 9),
        ("pg", "", R, 13),
        ("late", "", D, 15),
        ("both", "", R, 16),
    ]
    assert (found.dependencies[1].local, found.dependencies[2].group) == ("own", "development test")
    spec = """Gem::Specification.new do |s|
  s.name = "shop"
  s.version = '1.0'
  s.add_dependency "rack", ">= 2"
  s.add_development_dependency("rake")
  s.add_runtime_dependency 'json'.freeze, "~> 2"
end
"""
    gem = read("gems/shop.gemspec", spec)
    assert (gem.name, gem.line) == ("shop", 2)
    assert rows(gem) == [("rack", ">= 2", R, 4), ("rake", "", D, 5), ("json", "~> 2", R, 6)]


CSPROJ = """<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><RootNamespace>Shop.Web</RootNamespace><AssemblyName>$(X)</AssemblyName><Version>2.0</Version></PropertyGroup>
  <ItemGroup>
    <PackageReference Include="Serilog" Version="3.0" />
    <PackageReference Include="Central" />
    <PackageReference Include="Nested"><Version>1.0</Version></PackageReference>
    <PackageReference Update="Other" Version="1" />
    <PackageReference Version="1" />
    <ProjectReference Include="..\\Core\\Core.csproj" />
    <ProjectReference Include="$(Root)x.csproj" />
    <ProjectReference Include="src/**/*.csproj" />
  </ItemGroup>
</Project>
"""


def test_dotnet() -> None:
    found = read("Web/Web.csproj", CSPROJ)
    assert (found.name, found.dropped) == ("Web", 3)
    assert rows(found) == [("Serilog", "3.0", R, 4), ("Central", "", R, 5), ("Nested", "1.0", R, 6), ("Core", "", R, 9)]
    assert found.dependencies[3].local == "Core/Core.csproj"
    text = """<Project><ItemGroup><PackageVersion Include="Central" Version="5"/><PackageVersion Version="5"/>
<GlobalPackageReference Include="Analyzer" Version="1"/></ItemGroup></Project>"""
    central = read("Directory.Packages.props", text)
    assert [(item.name, item.requirement) for item in central.versions] == [("Central", "5")]
    assert rows(central) == [("Analyzer", "1", D, 2)]
    assert rows(read("packages.config", '<packages>\n<package id="NUnit" version="3"/><package/></packages>')) == [("NUnit", "3", R, 2)]


def test_swift() -> None:
    text = """// swift-tools-version:5.9
let package = Package(
  name: "Shop",
  dependencies: [
    .package(url: "https://example.org/apple/swift-nio.git", from: "2.0.0"),
    // .package(url: "https://example.org/no", from: "1"),
    .package(name: "X", path: "../Own"),
    .package(url: "https://example.org/b", .upToNextMajor(from: "1.0.0")),
    .package(url: "/", from: "1"),
  ])
"""
    found = read("app/Package.swift", text)
    assert (found.name, found.line, found.dropped) == ("Shop", 2, 1)
    assert rows(found) == [("swift-nio", 'from: "2.0.0"', R, 5), ("Own", "", R, 7), ("b", '.upToNextMajor(from: "1.0.0")', R, 8)]
    assert found.dependencies[1].local == "Own"
    assert read("Package.swift", "let x = 1").name == ""
