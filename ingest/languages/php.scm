; Definitions. A namespace without a block reaches to the end of the file.
(namespace_definition body: (_)) @definition.namespace
(namespace_definition !body) @definition.namespace @to_end
(class_declaration) @definition.class
(interface_declaration) @definition.interface
(trait_declaration) @definition.trait
(enum_declaration) @definition.enum
(enum_case) @definition.constant
(function_definition) @definition.function
(method_declaration) @definition.method
(property_declaration (property_element name: (variable_name (name) @name))) @definition.field
(property_promotion_parameter name: (variable_name (name) @name)) @definition.field @member
(const_declaration (const_element . (name) @name)) @definition.constant
((function_call_expression function: (name) @_define arguments: (arguments . (argument (string (string_content) @name)))) @definition.constant
  (#text? @_define "define"))

; Docs.
(comment) @doc
(attribute_list) @annotation

; Uses.
(function_call_expression function: (name) @reference.call)
(function_call_expression function: (qualified_name prefix: (namespace_name) @receiver (name) @reference.call .))
(function_call_expression function: (qualified_name (name) @reference.call .))
(member_call_expression object: (_) @receiver name: (name) @reference.call)
(nullsafe_member_call_expression object: (_) @receiver name: (name) @reference.call)
(scoped_call_expression scope: (_) @receiver name: (name) @reference.call)
(object_creation_expression (name) @reference.instantiate)
(object_creation_expression (qualified_name prefix: (namespace_name) @receiver (name) @reference.instantiate .))
(object_creation_expression (qualified_name (name) @reference.instantiate .))
(attribute (name) @reference.decorator)
(attribute (qualified_name prefix: (namespace_name) @receiver (name) @reference.decorator .))
(attribute (qualified_name (name) @reference.decorator .))
((named_type (name) @reference.type) (#text? @reference.type "(?!(static|self|parent)$).*"))
(named_type (qualified_name prefix: (namespace_name) @receiver (name) @reference.type .))
(named_type (qualified_name (name) @reference.type .))
(binary_expression operator: "instanceof" right: [(name) @reference.type (qualified_name (name) @reference.type .)])
(class_constant_access_expression . (name) @reference.name)
(class_constant_access_expression . (qualified_name prefix: (namespace_name) @receiver (name) @reference.name .))
(class_constant_access_expression . (qualified_name (name) @reference.name .))

; Inheritance. An anonymous class has no name to inherit under.
(class_declaration (base_clause [(name) (qualified_name)] @supertype.extends))
(interface_declaration (base_clause [(name) (qualified_name)] @supertype.extends))
(class_declaration (class_interface_clause [(name) (qualified_name)] @supertype.implements))
(enum_declaration (class_interface_clause [(name) (qualified_name)] @supertype.implements))
(declaration_list (use_declaration [(name) (qualified_name)] @supertype.mixin))
(enum_declaration_list (use_declaration [(name) (qualified_name)] @supertype.mixin))

; Imports.
(namespace_use_declaration (namespace_use_clause . (name) @import.name alias: (name)? @import.alias))
(namespace_use_declaration
  (namespace_use_clause (qualified_name prefix: (namespace_name) @import.module (name) @import.name .) alias: (name)? @import.alias))
(namespace_use_declaration (namespace_name) @import.module
  body: (namespace_use_group (namespace_use_clause . [(name) (qualified_name)] @import.name alias: (name)? @import.alias)))
(require_once_expression (string (string_content) @import.module))
(require_once_expression (binary_expression right: (string (string_content) @import.module)))
(require_expression (string (string_content) @import.module))
(require_expression (binary_expression right: (string (string_content) @import.module)))
(include_expression (string (string_content) @import.module))
(include_once_expression (string (string_content) @import.module))
