; Definitions. A function that returns a type is that type.
(variable_declaration . (identifier) @name (struct_declaration)) @definition.struct
(variable_declaration . (identifier) @name (union_declaration)) @definition.struct
(variable_declaration . (identifier) @name (opaque_declaration)) @definition.struct
(variable_declaration . (identifier) @name (enum_declaration)) @definition.enum
(variable_declaration . (identifier) @name (error_set_declaration)) @definition.enum
(function_declaration name: (identifier) @name body: (block (expression_statement (return_expression (struct_declaration))))) @definition.struct
(function_declaration) @definition.function
(test_declaration (string (string_content) @name)) @definition.function
(enum_declaration (container_field name: (identifier) @name) @definition.constant)
(error_set_declaration (identifier) @name @definition.constant)
(container_field) @definition.field
((source_file (variable_declaration "const" . (identifier) @name (_) @_value .) @definition.constant) (#text? @_value "(?s)(?!@(import|cImport)).*"))
((struct_declaration (variable_declaration "const" . (identifier) @name (_) @_value .) @definition.constant) (#text? @_value "(?s)(?!@(import|This)).*"))
((enum_declaration (variable_declaration "const" . (identifier) @name (_) @_value .) @definition.constant) (#text? @_value "(?s)(?!@(import|This)).*"))
((union_declaration (variable_declaration "const" . (identifier) @name (_) @_value .) @definition.constant) (#text? @_value "(?s)(?!@(import|This)).*"))
(source_file (variable_declaration "var" . (identifier) @name) @definition.variable)
(struct_declaration (variable_declaration "var" . (identifier) @name) @definition.variable)

; Docs.
(comment) @doc

; Uses.
(call_expression function: (identifier) @reference.call)
(call_expression function: (field_expression object: (_) @receiver member: (identifier) @reference.call))
(call_expression function: (field_expression !object member: (identifier) @reference.call))
(struct_initializer . (identifier) @reference.instantiate)
(struct_initializer . (field_expression object: (_) @receiver member: (identifier) @reference.instantiate))
(test_declaration (identifier) @reference.name)
(parameter type: (identifier) @reference.type)
(parameter type: (field_expression object: (_) @receiver member: (identifier) @reference.type))
(function_declaration type: (identifier) @reference.type)
(function_declaration type: (field_expression object: (_) @receiver member: (identifier) @reference.type))
(container_field type: (identifier) @reference.type)
(container_field type: (field_expression object: (_) @receiver member: (identifier) @reference.type))
(variable_declaration type: (identifier) @reference.type)
(variable_declaration type: (field_expression object: (_) @receiver member: (identifier) @reference.type))
(pointer_type (identifier) @reference.type)
(pointer_type (field_expression object: (_) @receiver member: (identifier) @reference.type))
(slice_type (identifier) @reference.type)
(nullable_type (identifier) @reference.type)
(error_union_type (identifier) @reference.type)

; Imports.
((variable_declaration . (identifier) @import.alias
  (builtin_function (builtin_identifier) @_import (arguments . (string (string_content) @import.module))))
  (#text? @_import "@import"))
((variable_declaration . (identifier) @import.alias
  (field_expression
    object: (builtin_function (builtin_identifier) @_import (arguments . (string (string_content) @import.module)))
    member: (identifier) @import.name))
  (#text? @_import "@import"))
((using_namespace_declaration "usingnamespace" @import.wildcard
  (builtin_function (builtin_identifier) @_import (arguments . (string (string_content) @import.module))))
  (#text? @_import "@import"))
((builtin_function (builtin_identifier) @_import (arguments . (string (string_content) @import.module)))
  (#text? @_import "@import|@cInclude"))
