; An element whose name begins with a capital letter or has a dot is a component; any other is a tag of the document.
(jsx_opening_element name: (identifier) @reference.instantiate (#text? @reference.instantiate "[A-Z].*"))
(jsx_opening_element name: (member_expression object: (_) @receiver property: (property_identifier) @reference.instantiate))
(jsx_self_closing_element name: (identifier) @reference.instantiate (#text? @reference.instantiate "[A-Z].*"))
(jsx_self_closing_element name: (member_expression object: (_) @receiver property: (property_identifier) @reference.instantiate))
