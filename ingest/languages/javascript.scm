; What JavaScript says otherwise than TypeScript, and what TypeScript could say and hardly ever does.
(field_definition property: [(property_identifier) (private_property_identifier)] @name value: (arrow_function body: (_) @body)) @definition.method
(field_definition property: [(property_identifier) (private_property_identifier)] @name) @definition.field
(method_definition name: (property_identifier) @_c body: (statement_block (expression_statement (assignment_expression
  left: (member_expression object: (this) @member property: [(property_identifier) (private_property_identifier)] @name)) @definition.field))
  (#text? @_c "constructor"))

(class_heritage (identifier) @supertype.extends)
(class_heritage (member_expression) @supertype.extends)

; Assignments to exports, prototypes and objects.
(assignment_expression left: (member_expression object: (identifier) @_o property: (property_identifier) @name)
  right: [(arrow_function body: (_) @body) (function_expression body: (_) @body) (generator_function body: (_) @body)]
  (#text? @_o "exports")) @definition.function
(assignment_expression left: (member_expression object: (member_expression object: (identifier) @_o property: (_) @_e) property: (property_identifier) @name)
  right: [(arrow_function body: (_) @body) (function_expression body: (_) @body) (generator_function body: (_) @body)]
  (#text? @_o "module") (#text? @_e "exports")) @definition.function
(assignment_expression left: (member_expression object: (member_expression object: (_) @container property: (_) @_p) property: (property_identifier) @name)
  right: [(arrow_function body: (_) @body) (function_expression body: (_) @body) (generator_function body: (_) @body)]
  (#text? @_p "prototype")) @definition.method
(assignment_expression left: (member_expression object: (this) property: (property_identifier) @name)
  right: [(arrow_function body: (_) @body) (function_expression body: (_) @body) (generator_function body: (_) @body)]) @definition.method
(assignment_expression left: (member_expression object: [(identifier) (member_expression)] @container property: (property_identifier) @name)
  right: [(arrow_function body: (_) @body) (function_expression body: (_) @body) (generator_function body: (_) @body)]) @definition.method
(assignment_expression left: (identifier) @name
  right: [(arrow_function body: (_) @body) (function_expression body: (_) @body) (generator_function body: (_) @body)]) @definition.function
(assignment_expression left: (member_expression object: (identifier) @_o property: (property_identifier) @name) right: (class body: (_) @body)
  (#text? @_o "exports|module")) @definition.class
(program (expression_statement (assignment_expression left: (member_expression object: (identifier) @_o property: (property_identifier) @name)
  right: [(object) (call_expression) (string) (number) (array)] (#text? @_o "exports")) @definition.variable))
(assignment_expression left: (member_expression object: (_) @name property: (property_identifier) @_p) right: (object)
  (#text? @_p "prototype")) @scope

; Modules required without a name.
([(expression_statement (call_expression function: (identifier) @_f arguments: (arguments . (string (string_fragment) @import.module))))
  (arguments (call_expression function: (identifier) @_f arguments: (arguments . (string (string_fragment) @import.module))))
  (assignment_expression right: (call_expression function: (identifier) @_f arguments: (arguments . (string (string_fragment) @import.module))))
  (pair value: (call_expression function: (identifier) @_f arguments: (arguments . (string (string_fragment) @import.module))))
  (array (call_expression function: (identifier) @_f arguments: (arguments . (string (string_fragment) @import.module))))
  (return_statement (call_expression function: (identifier) @_f arguments: (arguments . (string (string_fragment) @import.module))))
  (call_expression function: (call_expression function: (identifier) @_f arguments: (arguments . (string (string_fragment) @import.module))))
  (call_expression function: (member_expression
    object: (call_expression function: (identifier) @_f arguments: (arguments . (string (string_fragment) @import.module)))))]
  (#text? @_f "require"))
