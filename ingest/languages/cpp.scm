; What C++ says otherwise than C, and adds. A constructor is a function without a return type inside a class, or one qualified by it.
(namespace_definition name: (_) @name) @definition.namespace
(class_specifier name: (type_identifier) @name body: (_)) @definition.class
(class_specifier name: (template_type name: (type_identifier) @name) body: (_)) @definition.class
(struct_specifier name: (template_type name: (type_identifier) @name) body: (_)) @definition.struct
(alias_declaration name: (type_identifier) @name) @definition.type
(concept_definition name: (identifier) @name) @definition.type

(field_declaration_list [
  (function_definition !type declarator: (function_declarator declarator: (identifier) @name)) @definition.constructor
  (declaration !type declarator: (function_declarator declarator: (identifier) @name)) @definition.constructor
  (template_declaration (function_definition !type declarator: (function_declarator declarator: (identifier) @name)) @definition.constructor)
  (template_declaration (declaration !type declarator: (function_declarator declarator: (identifier) @name)) @definition.constructor)
])
(field_declaration declarator: [
  (function_declarator declarator: [(field_identifier) (operator_name)] @name)
  (_ (function_declarator declarator: [(field_identifier) (operator_name)] @name))
]) @definition.method
(field_declaration declarator: (reference_declarator (field_identifier) @name)) @definition.field
(declaration declarator: [
  (function_declarator declarator: [(destructor_name) (operator_name)] @name)
  (_ (function_declarator declarator: [(destructor_name) (operator_name)] @name))
]) @definition.method
(function_definition declarator: [
  (function_declarator declarator: [(field_identifier) (destructor_name) (operator_name)] @name)
  (_ (function_declarator declarator: [(field_identifier) (destructor_name) (operator_name)] @name))
  (reference_declarator (function_declarator declarator: (identifier) @name))
]) @definition.function
(declaration_list (declaration declarator: (reference_declarator (function_declarator declarator: (identifier) @name))) @definition.function)
(template_declaration (declaration declarator: [
  (function_declarator declarator: (identifier) @name)
  (_ (function_declarator declarator: (identifier) @name))
]) @definition.function)
(declaration declarator: (init_declarator declarator: (identifier) @name value: (lambda_expression body: (_) @body))) @definition.function

; Members defined out of line belong to the scopes that their name goes through.
(function_definition !type declarator: (function_declarator declarator: (qualified_identifier
  scope: [(namespace_identifier) @container (template_type name: (_) @container)] name: (identifier) @name))) @definition.constructor
(function_definition declarator: [
  (function_declarator declarator: (qualified_identifier scope: [(namespace_identifier) @container (template_type name: (_) @container)] name: [(identifier) (destructor_name) (operator_name)] @name))
  (_ (function_declarator declarator: (qualified_identifier scope: [(namespace_identifier) @container (template_type name: (_) @container)] name: [(identifier) (destructor_name) (operator_name)] @name)))
]) @definition.method
(function_definition declarator: [
  (function_declarator declarator: (qualified_identifier scope: [(namespace_identifier) @container (template_type name: (_) @container)] name: (qualified_identifier scope: [(namespace_identifier) @container (template_type name: (_) @container)] name: [(identifier) (destructor_name) (operator_name)] @name)))
  (_ (function_declarator declarator: (qualified_identifier scope: [(namespace_identifier) @container (template_type name: (_) @container)] name: (qualified_identifier scope: [(namespace_identifier) @container (template_type name: (_) @container)] name: [(identifier) (destructor_name) (operator_name)] @name))))
]) @definition.method
(function_definition declarator: [
  (function_declarator declarator: (qualified_identifier scope: [(namespace_identifier) @container (template_type name: (_) @container)] name: (qualified_identifier scope: [(namespace_identifier) @container (template_type name: (_) @container)] name: (qualified_identifier scope: [(namespace_identifier) @container (template_type name: (_) @container)] name: [(identifier) (destructor_name) (operator_name)] @name))))
  (_ (function_declarator declarator: (qualified_identifier scope: [(namespace_identifier) @container (template_type name: (_) @container)] name: (qualified_identifier scope: [(namespace_identifier) @container (template_type name: (_) @container)] name: (qualified_identifier scope: [(namespace_identifier) @container (template_type name: (_) @container)] name: [(identifier) (destructor_name) (operator_name)] @name)))))
]) @definition.method
(declaration declarator: (init_declarator declarator: (qualified_identifier scope: [(namespace_identifier) @container (template_type name: (_) @container)] name: (identifier) @name))) @definition.field

; Uses. Casts that look like calls are none.
(call_expression function: (template_function name: (identifier) @reference.call
  (#text? @reference.call "(?!(?:static|dynamic|const|reinterpret)_cast$).*")))
(call_expression function: (field_expression argument: (_) @receiver field: (template_method name: (field_identifier) @reference.call)))
(call_expression function: (qualified_identifier scope: (_) @receiver name: [(identifier) @reference.call (template_function name: (_) @reference.call)]))
(call_expression function: (qualified_identifier scope: (_) @receiver name: (qualified_identifier
  scope: (_) @receiver name: [(identifier) @reference.call (template_function name: (_) @reference.call)])))
(call_expression function: (qualified_identifier scope: (_) @receiver name: (qualified_identifier scope: (_) @receiver name: (qualified_identifier
  scope: (_) @receiver name: [(identifier) @reference.call (template_function name: (_) @reference.call)]))))
(new_expression type: [(type_identifier) @reference.instantiate (template_type name: (type_identifier) @reference.instantiate)])
(new_expression type: (qualified_identifier scope: (_) @receiver
  name: [(type_identifier) @reference.instantiate (template_type name: (_) @reference.instantiate)]))
(compound_literal_expression type: [(type_identifier) @reference.instantiate (template_type name: (type_identifier) @reference.instantiate)])
(compound_literal_expression type: (qualified_identifier scope: (_) @receiver
  name: [(type_identifier) @reference.instantiate (template_type name: (_) @reference.instantiate)]))
(qualified_identifier scope: (_) @receiver name: [(type_identifier) @reference.type (template_type name: (type_identifier) @reference.type)])

(base_class_clause [(type_identifier) (qualified_identifier) (template_type name: (_))] @supertype.extends)

(using_declaration "namespace" @import.wildcard [(identifier) (qualified_identifier)] @import.module)
((using_declaration (qualified_identifier scope: (_) @import.module name: (identifier) @import.name)) @_using
  (#text? @_using "using\\s+(?!namespace\\b).*"))
((using_declaration (qualified_identifier scope: (_) @import.module name: (qualified_identifier
  scope: (_) @import.module name: (identifier) @import.name))) @_using (#text? @_using "using\\s+(?!namespace\\b).*"))
(namespace_alias_definition name: (_) @import.alias [(namespace_identifier) (nested_namespace_specifier)] @import.module .)
