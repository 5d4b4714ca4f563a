; What JavaScript says otherwise than TypeScript.
(field_definition property: [(property_identifier) (private_property_identifier)] @name value: (arrow_function body: (_) @body)) @definition.method
(field_definition property: [(property_identifier) (private_property_identifier)] @name) @definition.field
(method_definition name: (property_identifier) @_c body: (statement_block (expression_statement (assignment_expression
  left: (member_expression object: (this) @member property: [(property_identifier) (private_property_identifier)] @name)) @definition.field))
  (#text? @_c "constructor"))

(class_heritage (identifier) @supertype.extends)
(class_heritage (member_expression) @supertype.extends)
