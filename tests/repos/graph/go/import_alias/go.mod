module example.com/import_alias

go 1.22
