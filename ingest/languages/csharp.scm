; Definitions. A namespace without a block reaches to the end of the file.
(file_scoped_namespace_declaration name: (_) @name) @scope @to_end
(namespace_declaration name: (_) @name) @definition.namespace
(class_declaration name: (identifier) @name) @definition.class
(record_declaration name: (identifier) @name) @definition.class
(struct_declaration name: (identifier) @name) @definition.struct
(interface_declaration name: (identifier) @name) @definition.interface
(enum_declaration name: (identifier) @name) @definition.enum
(enum_member_declaration name: (identifier) @name) @definition.constant
(delegate_declaration name: (identifier) @name) @definition.type
(constructor_declaration name: (identifier) @name) @definition.constructor
(destructor_declaration name: (identifier) @name) @definition.method
(method_declaration name: (identifier) @name) @definition.method
(local_function_statement name: (identifier) @name) @definition.function
(operator_declaration operator: _ @name) @definition.method
(property_declaration name: (identifier) @name) @definition.property
(indexer_declaration "this" @name) @definition.property
(event_declaration name: (identifier) @name) @definition.property
((field_declaration (modifier) @_modifier (variable_declaration (variable_declarator name: (identifier) @name))) @definition.constant
  (#text? @_modifier "const"))
(field_declaration (variable_declaration (variable_declarator name: (identifier) @name))) @definition.field
(event_field_declaration (variable_declaration (variable_declarator name: (identifier) @name))) @definition.field
(record_declaration (parameter_list (parameter name: (identifier) @name) @definition.property))
(local_declaration_statement (variable_declaration
  (variable_declarator name: (identifier) @name (lambda_expression body: (_) @body)))) @definition.function

(comment) @doc
(attribute_list) @annotation

; Uses. What is a type is known by the field it stands in.
(attribute name: (identifier) @reference.decorator)
(attribute name: (generic_name (identifier) @reference.decorator))
(attribute name: (qualified_name qualifier: (_) @receiver name: (identifier) @reference.decorator))
(invocation_expression function: [(identifier) @reference.call (generic_name (identifier) @reference.call)])
(invocation_expression function: (member_access_expression expression: _ @receiver
  name: [(identifier) @reference.call (generic_name (identifier) @reference.call)]))
(invocation_expression function: (conditional_access_expression condition: (_) @receiver
  (member_binding_expression name: [(identifier) @reference.call (generic_name (identifier) @reference.call)])))
(constructor_initializer ["base" "this"] @reference.call)
(object_creation_expression type: [(identifier) @reference.instantiate (generic_name (identifier) @reference.instantiate)])
(object_creation_expression type: (qualified_name qualifier: (_) @receiver
  name: [(identifier) @reference.instantiate (generic_name (identifier) @reference.instantiate)]))
(_ type: [(identifier) @reference.type (generic_name (identifier) @reference.type)])
(_ type: (qualified_name qualifier: (_) @receiver name: [(identifier) @reference.type (generic_name (identifier) @reference.type)]))
(_ returns: [(identifier) @reference.type (generic_name (identifier) @reference.type)])
(_ returns: (qualified_name qualifier: (_) @receiver name: [(identifier) @reference.type (generic_name (identifier) @reference.type)]))
(type_argument_list [(identifier) @reference.type (generic_name (identifier) @reference.type)])
(base_list [(identifier) @reference.type (generic_name (identifier) @reference.type)])
(base_list (qualified_name qualifier: (_) @receiver name: [(identifier) @reference.type (generic_name (identifier) @reference.type)]))
(as_expression right: [(identifier) @reference.type (generic_name (identifier) @reference.type)])
(is_expression right: [(identifier) @reference.type (generic_name (identifier) @reference.type)])

; Inheritance. Only the first of a class's bases can be a class; by its name it is an interface when it reads I and a capital.
(interface_declaration (base_list [(identifier) (qualified_name) (generic_name)] @supertype.extends))
(struct_declaration (base_list [(identifier) (qualified_name) (generic_name)] @supertype.implements))
([(class_declaration (base_list . [(identifier) (qualified_name) (generic_name)] @supertype.extends))
  (record_declaration (base_list . [(identifier) (qualified_name) (generic_name)] @supertype.extends))]
  (#text? @supertype.extends "(?s)(?!(?:[\\w.:]+[.:])?I[A-Z]).*"))
([(class_declaration (base_list . [(identifier) (qualified_name) (generic_name)] @supertype.implements))
  (record_declaration (base_list . [(identifier) (qualified_name) (generic_name)] @supertype.implements))]
  (#text? @supertype.implements "(?s)(?:[\\w.:]+[.:])?I[A-Z].*"))
(record_declaration (base_list . (primary_constructor_base_type type: (_) @supertype.extends)))
[(class_declaration (base_list (_) [(identifier) (qualified_name) (generic_name)] @supertype.implements))
 (record_declaration (base_list (_) [(identifier) (qualified_name) (generic_name)] @supertype.implements))]

; Imports. "using static" brings a type's members.
(using_directive !name "static" @import.wildcard [(identifier) (qualified_name)] @import.module)
((using_directive !name [(identifier) (qualified_name)] @import.module) @_using
  (#text? @_using "(?s)(?:global\\s+)?using\\s+(?!static\\b).*"))
(using_directive name: (identifier) @import.alias [(qualified_name) (identifier) (generic_name)] @import.module .)
