; Definitions.
(function_declaration name: (method_index_expression table: (_) @container method: (identifier) @name)) @definition.method
(function_declaration name: [(identifier) (dot_index_expression)] @name) @definition.function
(assignment_statement (variable_list . name: (_) @name) (expression_list . value: (function_definition body: (_)? @body))) @definition.function
(field name: (identifier) @name value: (function_definition body: (_)? @body)) @definition.method
(chunk (assignment_statement (variable_list . name: (identifier) @name)) @definition.variable)
(chunk (assignment_statement
  (variable_list . name: (dot_index_expression) @name)
  (expression_list . value: [(table_constructor) (number) (string) (true) (false) (nil) (function_call)])) @definition.field)
(chunk (variable_declaration (assignment_statement
  (variable_list . name: (identifier) @name)
  (expression_list . value: [(table_constructor) (number) (string) (true) (false) (nil) (binary_expression)]))) @definition.variable)
((chunk (variable_declaration (assignment_statement
  (variable_list . name: (identifier) @name)
  (expression_list . value: (function_call name: (_) @_call)))) @definition.variable)
  (#text? @_call "(?!require$).*"))

; Docs.
(comment) @doc

; Uses.
(function_call name: (identifier) @reference.call)
(function_call name: (dot_index_expression table: (_) @receiver field: (identifier) @reference.call))
(function_call name: (method_index_expression table: (_) @receiver method: (identifier) @reference.call))

; Inheritance: a metatable's __index, or the extend method that class libraries share.
((chunk (variable_declaration (assignment_statement (expression_list . value: (function_call
  name: (identifier) @_call
  arguments: (arguments (table_constructor (field name: (identifier) @_index value: (identifier) @supertype.extends))))))))
  (#text? @_call "setmetatable") (#text? @_index "__index"))
((chunk (variable_declaration (assignment_statement (expression_list . value:
  (function_call name: (method_index_expression table: (identifier) @supertype.extends method: (identifier) @_extend))))))
  (#text? @_extend "extend"))

; Imports.
((variable_declaration (assignment_statement
  (variable_list . name: (identifier) @import.alias)
  (expression_list . value: (function_call name: (identifier) @_require arguments: (arguments . (string content: (string_content) @import.module))))))
  (#text? @_require "require"))
((variable_declaration (assignment_statement
  (variable_list . name: (identifier) @import.alias)
  (expression_list . value: (dot_index_expression
    table: (function_call name: (identifier) @_require arguments: (arguments . (string content: (string_content) @import.module)))
    field: (identifier) @import.name))))
  (#text? @_require "require"))
((function_call name: (identifier) @_require arguments: (arguments . (string content: (string_content) @import.module)))
  (#text? @_require "require"))
