module example.com/constructor_chain

go 1.22
