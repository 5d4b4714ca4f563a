; Definitions. An extension names its members and is no symbol itself.
(class_declaration declaration_kind: "class") @definition.class
(class_declaration declaration_kind: "actor") @definition.class
(class_declaration declaration_kind: "struct") @definition.struct
(class_declaration declaration_kind: "enum") @definition.enum
(class_declaration declaration_kind: "extension") @scope
(protocol_declaration) @definition.interface
(function_declaration) @definition.function
(protocol_function_declaration) @definition.method
(init_declaration) @definition.constructor
(deinit_declaration "deinit" @name) @definition.method
(subscript_declaration "subscript" @name) @definition.method
(enum_entry name: (simple_identifier) @name) @definition.constant
(typealias_declaration) @definition.type
(associatedtype_declaration) @definition.type
(class_body (property_declaration name: (pattern bound_identifier: (simple_identifier) @name)) @definition.property)
(enum_class_body (property_declaration name: (pattern bound_identifier: (simple_identifier) @name)) @definition.property)
(protocol_property_declaration name: (pattern bound_identifier: (simple_identifier) @name)) @definition.property
(source_file (property_declaration name: (pattern bound_identifier: (simple_identifier) @name)) @definition.variable)

; Docs.
[(comment) (multiline_comment)] @doc
(modifiers (attribute) @annotation)

; Uses. A subscript is a call_expression too, so the parenthesis or the closure is asked for.
(call_expression . (simple_identifier) @reference.call (call_suffix [(value_arguments "(") (lambda_literal)]))
(call_expression
  . (navigation_expression target: (_) @receiver suffix: (navigation_suffix suffix: (simple_identifier) @reference.call))
  (call_suffix [(value_arguments "(") (lambda_literal)]))
(call_expression . (prefix_expression operation: "." target: (simple_identifier) @reference.call))
(attribute (user_type (type_identifier) @reference.decorator))
(user_type (type_identifier) @reference.type)

; Inheritance. A superclass comes first; whether the first one of a class is a class only its definition tells.
(class_declaration declaration_kind: "class" name: (_) . (inheritance_specifier inherits_from: (user_type) @supertype.extends))
(class_declaration declaration_kind: "class" (inheritance_specifier) (inheritance_specifier inherits_from: (user_type) @supertype.implements))
(class_declaration declaration_kind: "extension" name: (user_type) @container (inheritance_specifier inherits_from: (user_type) @supertype.implements))
(class_declaration declaration_kind: ["struct" "enum" "actor"] (inheritance_specifier inherits_from: (user_type) @supertype.implements))
(protocol_declaration (inheritance_specifier inherits_from: (user_type) @supertype.extends))

; Imports.
(import_declaration (identifier) @import.module)
