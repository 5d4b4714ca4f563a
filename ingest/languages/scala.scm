; Definitions. Both syntaxes, braces and indentation, give the same nodes.
(package_clause) @definition.module
(package_object) @definition.namespace
(class_definition) @definition.class
(trait_definition) @definition.trait
(object_definition) @definition.class
(enum_definition) @definition.enum
(simple_enum_case) @definition.constant
(full_enum_case) @definition.constant
(given_definition) @definition.class
(extension_definition parameters: (parameters (parameter type: [(type_identifier) @name (generic_type type: (type_identifier) @name)]))) @scope
(type_definition) @definition.type
(function_definition) @definition.function
(function_declaration) @definition.function
(class_parameter ["val" "var"] name: (identifier) @name) @definition.field
(class_definition "case" class_parameters: (class_parameters (class_parameter name: (identifier) @name) @definition.field))
(template_body (val_definition pattern: [(identifier) @name (identifiers (identifier) @name)]) @definition.field)
(template_body (var_definition pattern: [(identifier) @name (identifiers (identifier) @name)]) @definition.field)
(val_declaration) @definition.field
(var_declaration) @definition.field
(compilation_unit (val_definition pattern: (identifier) @name) @definition.variable)
(compilation_unit (var_definition pattern: (identifier) @name) @definition.variable)

; Docs.
[(block_comment) (comment)] @doc
(annotation) @annotation

; Uses. A method without parentheses looks like a field: such a use is a name.
(call_expression function: (identifier) @reference.call)
(call_expression function: (field_expression value: (_) @receiver field: (_) @reference.call))
(generic_function function: (identifier) @reference.call)
(generic_function function: (field_expression value: (_) @receiver field: (_) @reference.call))
(infix_expression left: (_) @receiver operator: (identifier) @reference.call)
(field_expression value: (_) @receiver field: (_) @reference.name)
(instance_expression (type_identifier) @reference.instantiate)
(instance_expression (generic_type type: (type_identifier) @reference.instantiate))
(instance_expression (stable_type_identifier (_) @receiver (type_identifier) @reference.instantiate .))
(applied_constructor_type (type_identifier) @reference.instantiate)
(applied_constructor_type (generic_type type: (type_identifier) @reference.instantiate))
(annotation name: (type_identifier) @reference.decorator)
(annotation name: (generic_type type: (type_identifier) @reference.decorator))
(type_identifier) @reference.type

; Inheritance.
(extends_clause . type: [(type_identifier) @supertype.extends (stable_type_identifier) @supertype.extends (generic_type type: (_) @supertype.extends)])
(extends_clause ["with" ","] . type: [(type_identifier) @supertype.mixin (stable_type_identifier) @supertype.mixin (generic_type type: (_) @supertype.mixin)])
(derives_clause type: (_) @supertype.implements)
(given_definition name: (_) return_type: [(type_identifier) @supertype.implements (generic_type type: (_) @supertype.implements)])

; Imports. Of several clauses, "import a.B, c.D", none is read: the grammar does not keep their paths apart.
(import_declaration . (identifier) @import.name .)
((import_declaration . (identifier) @import.module ("." . (identifier) @import.module)* . "." . (identifier) @import.name .) @_clause (#text? @_clause "(?s)[^,{]*(\\{[^}]*\\})?"))
((import_declaration . (identifier) @import.module ("." . (identifier) @import.module)* . "." . (namespace_wildcard) @import.wildcard) @_clause (#text? @_clause "(?s)[^,{]*(\\{[^}]*\\})?"))
((import_declaration . (identifier) @import.module ("." . (identifier) @import.module)*
  . (as_renamed_identifier name: (identifier) @import.name alias: (identifier) @import.alias)) @_clause (#text? @_clause "(?s)[^,{]*(\\{[^}]*\\})?"))
((import_declaration . (identifier) @import.module ("." . (identifier) @import.module)* . "." . (namespace_selectors (identifier) @import.name)) @_clause (#text? @_clause "(?s)[^,{]*(\\{[^}]*\\})?"))
((import_declaration . (identifier) @import.module ("." . (identifier) @import.module)* . "." . (namespace_selectors (namespace_wildcard) @import.wildcard)) @_clause (#text? @_clause "(?s)[^,{]*(\\{[^}]*\\})?"))
((import_declaration . (identifier) @import.module ("." . (identifier) @import.module)* . "."
  . (namespace_selectors (arrow_renamed_identifier name: (identifier) @import.name alias: (identifier) @import.alias))) @_clause (#text? @_clause "(?s)[^,{]*(\\{[^}]*\\})?"))
((import_declaration . (identifier) @import.module ("." . (identifier) @import.module)* . "."
  . (namespace_selectors (as_renamed_identifier name: (identifier) @import.name alias: (identifier) @import.alias))) @_clause (#text? @_clause "(?s)[^,{]*(\\{[^}]*\\})?"))
