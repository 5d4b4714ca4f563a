module example.com/super_calls

go 1.22
