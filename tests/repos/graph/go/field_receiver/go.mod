module example.com/field_receiver

go 1.22
