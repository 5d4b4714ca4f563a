; What TypeScript adds.
(abstract_class_declaration name: (_) @name) @definition.class
(interface_declaration name: (_) @name) @definition.interface
(type_alias_declaration name: (_) @name) @definition.type
(enum_declaration name: (_) @name) @definition.enum
(enum_body name: (property_identifier) @name @definition.constant)
(enum_body name: (string (string_fragment) @name) @definition.constant)
(enum_assignment name: [(property_identifier) @name (string (string_fragment) @name)]) @definition.constant
(internal_module name: (_) @name) @definition.namespace
(module name: [(identifier) @name (nested_identifier) @name (string (string_fragment) @name)]) @definition.module
(function_signature name: (identifier) @name) @definition.function
(method_signature name: [(property_identifier) (private_property_identifier)] @name) @definition.method
(abstract_method_signature name: [(property_identifier) (private_property_identifier)] @name) @definition.method
(interface_body (property_signature name: (property_identifier) @name type: (type_annotation (function_type))) @definition.method)
(type_alias_declaration value: (object_type
  (property_signature name: (property_identifier) @name type: (type_annotation (function_type))) @definition.method))
(interface_body (property_signature name: (property_identifier) @name) @definition.field)
(type_alias_declaration value: (object_type (property_signature name: (property_identifier) @name) @definition.field))
(public_field_definition name: [(property_identifier) (private_property_identifier)] @name value: (arrow_function body: (_) @body)) @definition.method
(public_field_definition name: [(property_identifier) (private_property_identifier)] @name) @definition.field
(required_parameter (accessibility_modifier) @member pattern: (identifier) @name) @definition.field
(optional_parameter (accessibility_modifier) @member pattern: (identifier) @name) @definition.field
(ambient_declaration (lexical_declaration . (variable_declarator name: (identifier) @name) .) @definition.variable)
(ambient_declaration (variable_declaration . (variable_declarator name: (identifier) @name) .) @definition.variable)
(internal_module body: (statement_block (export_statement declaration: (lexical_declaration
  . (variable_declarator name: (identifier) @name) .) @definition.variable)))

(class_body (decorator) @attribute)
(class_declaration (decorator) @annotation)
(public_field_definition (decorator) @annotation)

; Types. Every type identifier is a use but those that name a definition.
(nested_type_identifier module: (_) @receiver name: (type_identifier) @reference.type)
(type_identifier) @reference.type

(extends_clause value: [(identifier) (member_expression)] @supertype.extends)
(extends_type_clause type: [(type_identifier) (nested_type_identifier)] @supertype.extends)
(extends_type_clause type: (generic_type name: (_) @supertype.extends))
(implements_clause [(type_identifier) (nested_type_identifier)] @supertype.implements)
(implements_clause (generic_type name: (_) @supertype.implements))

(import_alias (identifier) @import.alias [(identifier) (nested_identifier)] @import.module)
(import_statement (import_require_clause (identifier) @import.alias source: (string (string_fragment) @import.module)))
