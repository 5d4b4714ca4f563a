module example.com/collection_namesake

go 1.22
