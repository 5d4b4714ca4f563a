"""A small repository in several languages, for tests of summaries."""

from __future__ import annotations

from collections.abc import Mapping

FILES: Mapping[str, str | bytes] = {
    "README.md": "# Shop\n\n[![build](x.svg)](y)\n\nA shop that charges credit cards.\n\n## Install\n\nRun make.\n\n## Use\n\nSell.\n",
    "pyproject.toml": '[project]\nname = "shop"\ndependencies = ["flask"]\n\n[project.scripts]\nshop = "shop.web:main"\n',
    "shop/__init__.py": '"""Everything a shop needs.\n\nAnd more.\n"""\n\nfrom shop.cart import Cart\n\n__all__ = ["Cart"]\n',
    "shop/cart.py": (
        '# Copyright 2020 A. Shopkeeper. All rights reserved.\n\n"""Carts: what a customer wants to buy."""\n\n'
        "from shop.money import Money, _round\n\n\nLIMIT = 10\n\n\n"
        'class Cart:\n    """What a customer wants to buy. It says "mine"."""\n\n'
        "    def __init__(self):\n        self.items = {}\n\n"
        '    def total(self):\n        """Sum up. Then stop."""\n        return Money(_round(sum(self.items.values())))\n\n'
        "    def add(self, item):\n        def check():\n            return item\n\n        self.items[check()] = 1\n"
    ),
    "shop/money.py": (
        "import decimal\n\n\nclass Money:\n    def __init__(self, cents):\n        self.cents = decimal.Decimal(cents)\n\n\n"
        "def _round(cents):\n    return cents\n"
    ),
    "shop/web.py": (
        "from flask import Flask\n\nfrom shop.cart import Cart\n\napp = Flask(__name__)\n\n\n"
        '@app.get("/total")\ndef show():\n    return str(Cart().total())\n\n\n'
        '@app.post("/items")\ndef put():\n    return ""\n\n\ndef main():\n    app.run()\n\n\nif __name__ == "__main__":\n    main()\n'
    ),
    "shop/store/disk.py": (
        "from shop.cart import Cart\n\n\ndef save(cart: Cart):\n    return cart.total()\n\n\ndef load():\n    return Cart()\n"
    ),
    "tests/test_cart.py": "from shop.cart import Cart\n\n\ndef test_total():\n    assert Cart().total()\n",
    "tests/test_money.py": "from shop.money import Money\n\n\ndef test_money():\n    assert Money(1)\n",
    "shop/test_web.py": "from shop.web import show\n\n\ndef test_show():\n    assert show()\n",
    "go/go.mod": "module example.com/shop/v2\n\ngo 1.22\n",
    "go/pay/pay.go": (
        "// Package pay charges cards.\npackage pay\n\n// Charge charges one card.\nfunc Charge(cents int) int { return limit(cents) }\n\n"
        "func limit(cents int) int { return cents }\n"
    ),
    "go/cmd/shopd/main.go": (
        'package main\n\nimport "example.com/shop/v2/pay"\n\nfunc main() { pay.Charge(1) }\n'
    ),
    "go/_examples/one/main.go": 'package main\n\nimport "example.com/shop/v2/pay"\n\nfunc main() { pay.Charge(2) }\n',
    "web/package.json": '{\n  "name": "@shop/web",\n  "bin": {"shop-web": "./src/cli.js"}\n}\n',
    "web/src/cli.js": "#!/usr/bin/env node\nimport { draw } from './draw.js'\n\ndraw()\n",
    "web/src/draw.js": (
        "/**\n * Draws receipts.\n */\n\nexport function draw() {\n  return helper()\n}\n\nfunction helper() {\n  return 1\n}\n"
    ),
    "deep/only/one/way/down.py": "def bottom():\n    return 1\n",
    "haskell/Shop.hs": "module Shop where\nimport Data.List\n\nsell :: Int -> Int\nsell x = x\n",
    "config/settings.yaml": "a: 1\n",
    ".github/workflows/ci.yaml": "on: push\n",
}  # fmt: skip
