package shop

import "example.com/import_alias/bank"

// Amount is an alias: its methods are those of bank.Money.
type Amount = bank.Money

// Price is a type of its own: it has the fields of bank.Money, not its methods.
type Price bank.Money

func (p Price) Add(cents int) Price { return p }

var Convert = bank.Convert

func Exchange(amount Amount) Amount { return Convert(amount) }

func Place(amount Amount) Amount { return amount.Add(1) }
