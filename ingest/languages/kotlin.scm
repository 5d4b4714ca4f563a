; Definitions. Members of an unnamed companion object belong to its class; an extension belongs to the type it extends.
(package_header (qualified_identifier) @name) @definition.module
(class_declaration "interface" name: (identifier) @name) @definition.interface
(class_declaration name: (identifier) @name (enum_class_body)) @definition.enum
(class_declaration) @definition.class
(object_declaration) @definition.class
(companion_object) @definition.class
(enum_entry . (identifier) @name) @definition.constant
(type_alias type: (identifier) @name) @definition.type
(secondary_constructor "constructor" @name) @definition.constructor
(function_declaration [(user_type (identifier) @container) (nullable_type (user_type (identifier) @container))] . "." . name: (identifier) @name)
  @definition.function
(class_body (function_declaration name: (identifier) @name) @definition.method)
(function_declaration name: (identifier) @name) @definition.function
(class_parameter ["val" "var"] (identifier) @name) @definition.property
(property_declaration (modifiers (property_modifier)) (variable_declaration . (identifier) @name)) @definition.constant
(class_body (property_declaration (variable_declaration . (identifier) @name)) @definition.property)
(enum_class_body (property_declaration (variable_declaration . (identifier) @name)) @definition.property)
(source_file
  (property_declaration [(user_type (identifier) @container) (nullable_type (user_type (identifier) @container))] . "." . (variable_declaration . (identifier) @name))
  @definition.property)
(source_file (property_declaration (variable_declaration . (identifier) @name)) @definition.variable)

; Docs.
[(block_comment) (line_comment)] @doc
(modifiers (annotation) @annotation)

; Uses.
(call_expression . (identifier) @reference.call)
(call_expression . (navigation_expression (_) @receiver (identifier) @reference.call .))
(infix_expression (_) @receiver . (identifier) @reference.call . (_))
(callable_reference (identifier) @reference.name .)
((navigation_expression (_) @receiver "::" (identifier) @reference.name) (#text? @reference.name "(?!class$).*"))
((navigation_expression . (identifier) @reference.name "::" (identifier) @_class) (#text? @_class "class"))
(annotation (user_type (identifier) @reference.decorator))
(annotation (constructor_invocation (user_type (identifier) @reference.decorator)))
(file_annotation (constructor_invocation (user_type (identifier) @reference.decorator)))
(user_type (identifier) @reference.type)

; Inheritance. Only a superclass is constructed. An object without a name has nothing to inherit under.
(class_declaration (delegation_specifiers (delegation_specifier (constructor_invocation (user_type) @supertype.extends))))
(class_declaration "interface" (delegation_specifiers (delegation_specifier (user_type) @supertype.extends)))
(class_declaration "class" (delegation_specifiers (delegation_specifier (user_type) @supertype.implements)))
(class_declaration (delegation_specifiers (delegation_specifier (explicit_delegation (user_type) @supertype.implements))))
(object_declaration (delegation_specifiers (delegation_specifier (constructor_invocation (user_type) @supertype.extends))))
(object_declaration (delegation_specifiers (delegation_specifier (user_type) @supertype.implements)))
(object_declaration (delegation_specifiers (delegation_specifier (explicit_delegation (user_type) @supertype.implements))))
(companion_object name: (_) (delegation_specifiers (delegation_specifier (constructor_invocation (user_type) @supertype.extends))))
(companion_object name: (_) (delegation_specifiers (delegation_specifier (user_type) @supertype.implements)))

; Imports.
(import (qualified_identifier) @import.module "*"? @import.wildcard (identifier)? @import.alias)
