package app

import (
	money "example.com/import_alias/bank"
	"example.com/import_alias/internal/v2"
	. "example.com/import_alias/shop"
	bank "example.com/import_alias/shop"
	_ "example.com/import_alias/unused"
	shop "github.com/other/shop"
)

func Convert2(amount Amount) Amount { return amount }

func Run(price Price, amount Amount, coin money.Money) {
	price.Add(1)
	amount.Add(2)
	coin.Add(3)
	Exchange(amount)
	bank.Place(amount)
	money.Exchange(coin)
	shop.Place(amount)
	shop.Exchange(amount).Add(4)
	tools.Bind("text")
	Convert2(amount)
	Place(amount).Add(5)
	bank.Exchange(coin)
	var later = money.Convert
	later(coin)
}

func Shadow(tools interface{ Wrap(text string) string }, Exchange func(int)) {
	tools.Wrap("text")
	Exchange(1)
	shop := bank.Price{}
	shop.Add(6)
}
