; Definitions. The first pattern of a pair is a declaration of one thing, with its keyword; the second one of several in a group.
(package_clause (package_identifier) @name) @definition.module
(function_declaration name: (identifier) @name) @definition.function
(method_declaration receiver: (parameter_list (parameter_declaration type: [
  (type_identifier) @container
  (generic_type type: (type_identifier) @container)
  (pointer_type (type_identifier) @container)
  (pointer_type (generic_type type: (type_identifier) @container))
  (pointer_type (parenthesized_type (type_identifier) @container))
])) name: (field_identifier) @name) @definition.method

(type_declaration . (type_spec name: (type_identifier) @name type: (struct_type (field_declaration_list) @body)) .) @definition.struct
(type_spec name: (type_identifier) @name type: (struct_type (field_declaration_list) @body)) @definition.struct
(type_declaration . (type_spec name: (type_identifier) @name type: (interface_type)) .) @definition.interface
(type_spec name: (type_identifier) @name type: (interface_type)) @definition.interface
(type_declaration . (type_spec name: (type_identifier) @name) .) @definition.type
(type_spec name: (type_identifier) @name) @definition.type
(type_declaration . (type_alias name: (type_identifier) @name) .) @definition.type
(type_alias name: (type_identifier) @name) @definition.type
(field_declaration name: (field_identifier) @name) @definition.field
(method_elem name: (field_identifier) @name) @definition.method

(short_var_declaration left: (expression_list . (identifier) @name .) right: (expression_list . (func_literal body: (_) @body) .)) @definition.function
(source_file (var_declaration . (var_spec name: (identifier) @name value: (expression_list . (func_literal body: (_) @body) .)) .) @definition.function)
(source_file (const_declaration . (const_spec (identifier) @name) .) @definition.constant)
(source_file (const_declaration (const_spec (identifier) @name) @definition.constant))
(source_file (var_declaration . (var_spec name: (identifier) @name) .) @definition.variable (#text? @name "_.+|[^_].*"))
(source_file (var_declaration (var_spec_list (var_spec name: (identifier) @name) @definition.variable)) (#text? @name "_.+|[^_].*"))

(comment) @doc

; Uses. f[T](x) reads like a conversion to a generic type, and is a call far more often. A type among a call's arguments is new's or make's.
(call_expression function: (identifier) @reference.call)
(call_expression function: (selector_expression operand: (_) @receiver field: (field_identifier) @reference.call))
(call_expression function: (parenthesized_expression (identifier) @reference.call))
(type_conversion_expression type: (generic_type type: (type_identifier) @reference.call))
(type_conversion_expression type: (generic_type type: (qualified_type package: (_) @receiver name: (type_identifier) @reference.call)))
(composite_literal type: (type_identifier) @reference.instantiate)
(composite_literal type: (qualified_type package: (_) @receiver name: (type_identifier) @reference.instantiate))
(composite_literal type: (generic_type type: (type_identifier) @reference.instantiate))
(composite_literal type: (generic_type type: (qualified_type package: (_) @receiver name: (type_identifier) @reference.instantiate)))
(call_expression arguments: (argument_list . (type_identifier) @reference.instantiate))
(qualified_type package: (_) @receiver name: (type_identifier) @reference.type)
((type_identifier) @reference.type
  (#text? @reference.type "(?!(?:u?int(?:8|16|32|64|ptr)?|float(?:32|64)|complex(?:64|128)|string|bool|byte|rune|error|any|comparable)$).*"))

; Inheritance: embedded types.
(struct_type (field_declaration_list (field_declaration !name type: [(type_identifier) (qualified_type)] @supertype.mixin)))
(struct_type (field_declaration_list (field_declaration !name type: (generic_type type: (_) @supertype.mixin))))
(interface_type (type_elem . [(type_identifier) (qualified_type)] @supertype.extends .))
(interface_type (type_elem . (generic_type type: (_) @supertype.extends) .))

; Imports.
(import_spec !name path: (_) @import.module)
(import_spec name: (dot) @import.wildcard path: (_) @import.module)
(import_spec name: [(package_identifier) (blank_identifier)] @import.alias path: (_) @import.module)
