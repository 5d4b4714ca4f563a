; Definitions.
(package_declaration [(identifier) (scoped_identifier)] @name) @definition.module
(module_declaration name: (_) @name) @definition.module
(class_declaration name: (identifier) @name) @definition.class
(record_declaration name: (identifier) @name) @definition.class
(interface_declaration name: (identifier) @name) @definition.interface
(annotation_type_declaration name: (identifier) @name) @definition.interface
(enum_declaration name: (identifier) @name) @definition.enum
(enum_constant name: (identifier) @name) @definition.constant
(constructor_declaration name: (identifier) @name) @definition.constructor
(compact_constructor_declaration name: (identifier) @name) @definition.constructor
(method_declaration name: (identifier) @name) @definition.method
(annotation_type_element_declaration name: (identifier) @name) @definition.method
(field_declaration (modifiers "static" "final") declarator: (variable_declarator name: (identifier) @name)) @definition.constant
(field_declaration declarator: (variable_declarator name: (identifier) @name)) @definition.field
(constant_declaration declarator: (variable_declarator name: (identifier) @name)) @definition.constant
(record_declaration parameters: (formal_parameters (formal_parameter name: (identifier) @name) @definition.field))

(block_comment) @doc
(line_comment) @doc
(modifiers [(annotation) (marker_annotation)] @annotation)

; Uses.
(marker_annotation name: (identifier) @reference.decorator)
(marker_annotation name: (scoped_identifier scope: (_) @receiver name: (_) @reference.decorator))
(annotation name: (identifier) @reference.decorator)
(annotation name: (scoped_identifier scope: (_) @receiver name: (_) @reference.decorator))
(method_invocation !object name: (identifier) @reference.call)
(method_invocation object: (_) @receiver name: (identifier) @reference.call)
(explicit_constructor_invocation constructor: (_) @reference.call)
(method_reference . (_) @receiver . (identifier) @reference.call)
(method_reference . (identifier) @reference.instantiate . "new" .)
(object_creation_expression type: (type_identifier) @reference.instantiate)
(object_creation_expression type: (generic_type . (type_identifier) @reference.instantiate))
(object_creation_expression type: (scoped_type_identifier (_) @receiver (type_identifier) @reference.instantiate .))
(object_creation_expression type: (generic_type . (scoped_type_identifier (_) @receiver (type_identifier) @reference.instantiate .)))
(scoped_type_identifier (_) @receiver (type_identifier) @reference.type .)
(type_identifier) @reference.type
(scoped_type_identifier . (type_identifier) @ignored (#text? @ignored "[a-z].*"))
(local_variable_declaration type: (type_identifier) @ignored (#text? @ignored "var"))

; Inheritance.
(superclass [(type_identifier) (scoped_type_identifier)] @supertype.extends)
(superclass (generic_type . (_) @supertype.extends))
(super_interfaces (type_list [(type_identifier) (scoped_type_identifier)] @supertype.implements))
(super_interfaces (type_list (generic_type . (_) @supertype.implements)))
(extends_interfaces (type_list [(type_identifier) (scoped_type_identifier)] @supertype.extends))
(extends_interfaces (type_list (generic_type . (_) @supertype.extends)))

; Imports. A static import's module is a class.
(import_declaration (identifier) @import.module .)
(import_declaration (scoped_identifier scope: (_) @import.module name: (identifier) @import.name) .)
(import_declaration (_) @import.module (asterisk) @import.wildcard)
