module example.com/third_party_namesake

go 1.22
