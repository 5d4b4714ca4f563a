; Definitions. An impl block is a scope: it names its members and is no symbol.
(mod_item name: (identifier) @name) @definition.module
(struct_item name: (type_identifier) @name) @definition.struct
(union_item name: (type_identifier) @name) @definition.struct
(enum_item name: (type_identifier) @name) @definition.enum
(enum_variant name: (identifier) @name) @definition.constant
(trait_item name: (type_identifier) @name) @definition.trait
(type_item name: (type_identifier) @name) @definition.type
(associated_type name: (type_identifier) @name) @definition.type
(function_item name: (identifier) @name) @definition.function
(function_signature_item name: (identifier) @name) @definition.function
(let_declaration pattern: (identifier) @name value: (closure_expression body: (_) @body)) @definition.function
(field_declaration name: (field_identifier) @name) @definition.field
(const_item name: (identifier) @name) @definition.constant
(static_item name: (identifier) @name) @definition.variable
(macro_definition name: (identifier) @name) @definition.macro
(impl_item type: [
  (type_identifier) @name
  (primitive_type) @name
  (generic_type type: [(type_identifier) @name (scoped_type_identifier name: (_) @name)])
  (scoped_type_identifier name: (_) @name)
  (reference_type type: [(type_identifier) @name (primitive_type) @name (generic_type type: (type_identifier) @name)])
  (dynamic_type trait: [(type_identifier) @name (scoped_type_identifier name: (_) @name) (generic_type type: (type_identifier) @name)])
]) @scope

; Comments that document what follows, not //! which documents what is around.
(line_comment !inner) @doc
(block_comment !inner) @doc
(attribute_item) @attribute

; Uses. Inside a macro's arguments there are only tokens: a name before parentheses is a call.
(attribute_item (attribute [(identifier) @reference.decorator (scoped_identifier path: (_) @receiver name: (_) @reference.decorator)]))
(attribute_item (attribute (identifier) @_derive arguments: (token_tree (identifier) @reference.type)) (#text? @_derive "derive"))
(call_expression function: (identifier) @reference.call)
(call_expression function: (field_expression value: (_) @receiver field: (field_identifier) @reference.call))
(call_expression function: (scoped_identifier path: (_) @receiver name: (identifier) @reference.call))
(call_expression function: (generic_function function: (identifier) @reference.call))
(call_expression function: (generic_function function: (field_expression value: (_) @receiver field: (field_identifier) @reference.call)))
(call_expression function: (generic_function function: (scoped_identifier path: (_) @receiver name: (identifier) @reference.call)))
(macro_invocation macro: (identifier) @reference.call)
(macro_invocation macro: (scoped_identifier path: (_) @receiver name: (identifier) @reference.call))
(token_tree [(identifier) (self)] @receiver . ["." "::"] . (identifier) @reference.call . (token_tree . "("))
(token_tree (identifier) @reference.call . (token_tree . "("))
(struct_expression name: (type_identifier) @reference.instantiate)
(struct_expression name: (scoped_type_identifier path: (_) @receiver name: (type_identifier) @reference.instantiate))
(struct_expression name: (generic_type_with_turbofish type: (type_identifier) @reference.instantiate))
(scoped_type_identifier path: (_) @receiver name: (type_identifier) @reference.type)
(type_identifier) @reference.type

; Inheritance.
(trait_item bounds: (trait_bounds [(type_identifier) (scoped_type_identifier)] @supertype.extends))
(trait_item bounds: (trait_bounds (generic_type type: (_) @supertype.extends)))
(impl_item
  trait: [(type_identifier) @supertype.implements (scoped_type_identifier) @supertype.implements (generic_type type: (_) @supertype.implements)]
  type: [
    (type_identifier) @container
    (generic_type type: (type_identifier) @container)
    (reference_type type: (type_identifier) @container)
    (reference_type type: (generic_type type: (type_identifier) @container))
  ])

; Imports. Trees are flattened to four levels; the parts of a path join with the row's separator.
(extern_crate_declaration !alias name: (identifier) @import.module)
(extern_crate_declaration name: (identifier) @import.module alias: (identifier) @import.alias)
(use_declaration argument: [
  (identifier) @import.module
  (scoped_identifier path: (_) @import.module name: (identifier) @import.name)
  (use_as_clause path: (identifier) @import.module alias: (identifier) @import.alias)
  (use_as_clause path: (scoped_identifier path: (_) @import.module name: (identifier) @import.name) alias: (identifier) @import.alias)
  (use_wildcard (_) @import.module) @import.wildcard
])
(use_declaration argument: (scoped_use_list path: (_) @import.module list: (use_list [
  (self) @import.self
  (identifier) @import.name
  (scoped_identifier path: (_) @import.module name: (identifier) @import.name)
  (use_as_clause path: (self) alias: (identifier) @import.alias)
  (use_as_clause path: (identifier) @import.name alias: (identifier) @import.alias)
  (use_as_clause path: (scoped_identifier path: (_) @import.module name: (identifier) @import.name) alias: (identifier) @import.alias)
  (use_wildcard (_) @import.module) @import.wildcard
  (use_wildcard . "*") @import.wildcard
])))
(use_declaration argument: (scoped_use_list path: (_) @import.module list: (use_list (scoped_use_list path: (_) @import.module list: (use_list [
  (self) @import.self
  (identifier) @import.name
  (scoped_identifier path: (_) @import.module name: (identifier) @import.name)
  (use_as_clause path: (self) alias: (identifier) @import.alias)
  (use_as_clause path: (identifier) @import.name alias: (identifier) @import.alias)
  (use_as_clause path: (scoped_identifier path: (_) @import.module name: (identifier) @import.name) alias: (identifier) @import.alias)
  (use_wildcard (_) @import.module) @import.wildcard
  (use_wildcard . "*") @import.wildcard
])))))
(use_declaration argument: (scoped_use_list path: (_) @import.module list: (use_list (scoped_use_list path: (_) @import.module list: (use_list
  (scoped_use_list path: (_) @import.module list: (use_list [
    (self) @import.self
    (identifier) @import.name
    (scoped_identifier path: (_) @import.module name: (identifier) @import.name)
    (use_as_clause path: (identifier) @import.name alias: (identifier) @import.alias)
    (use_wildcard . "*") @import.wildcard
])))))))
