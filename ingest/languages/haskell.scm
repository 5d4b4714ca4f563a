; Definitions. A signature and the equations of one name that follow it are one symbol.
(header module: (module) @name) @definition.module
(data_type) @definition.struct
(newtype) @definition.struct
(type_synonym) @definition.type
(type_family) @definition.type
(data_family) @definition.type
(class) @definition.interface
(data_constructor [(record name: (constructor) @name) (prefix name: (constructor) @name)]) @definition.constructor
(newtype_constructor) @definition.constructor
(gadt_constructor) @definition.constructor
(field name: (field_name (variable) @name)) @definition.field @member
(instance patterns: (type_patterns [(name) @name (parens (apply . constructor: (name) @name)) (apply . constructor: (name) @name) (parens (name) @name)])) @scope
(declarations (signature name: [(variable) @name (prefix_id (operator) @name)]) @definition.function)
(declarations (signature names: (binding_list name: (variable) @name)) @definition.function)
(declarations (function name: (variable) @name) @definition.function)
(declarations (function (infix operator: [(operator) @name (infix_id (variable) @name)])) @definition.function)
(declarations (bind name: (variable) @name) @definition.function)
(declarations (bind pattern: (tuple element: (variable) @name)) @definition.function)
(class_declarations (signature name: [(variable) @name (prefix_id (operator) @name)]) @definition.method)
(class_declarations (signature names: (binding_list name: (variable) @name)) @definition.method)
(class_declarations (function name: (variable) @name) @definition.method)
(instance_declarations (function name: (variable) @name) @definition.method)
(instance_declarations (function (infix operator: (operator) @name)) @definition.method)
(instance_declarations (bind name: (variable) @name) @definition.method)
(foreign_import signature: (signature name: (variable) @name)) @definition.function
(pattern_synonym (signature synonym: (constructor) @name)) @definition.function

; Docs.
[(haddock) (comment)] @doc

; Uses.
(apply function: (variable) @reference.call)
(apply function: (qualified module: (module) @receiver id: (variable) @reference.call))
(infix operator: (infix_id (variable) @reference.call))
(qualified module: (module) @receiver id: (variable) @reference.name)
(qualified module: (module) @receiver id: (name) @reference.type)
(qualified module: (module) @receiver id: (constructor) @reference.name)
((infix left_operand: (variable) @reference.call operator: (operator) @_applied) (#text? @_applied "\\$!?|\\.|<\\$>|<\\$|=<<|<=<"))
((infix operator: (operator) @_applied right_operand: (variable) @reference.name) (#text? @_applied "\\.|>>=|&|<&>|>=>"))
(match expression: (variable) @reference.name)
(exp (variable) @reference.call)
(constructor) @reference.name
(name) @reference.type

; Inheritance.
(class context: (context [(apply constructor: (name) @supertype.extends) (tuple (apply constructor: (name) @supertype.extends)) (parens (apply constructor: (name) @supertype.extends))]))
(instance name: (name) @supertype.implements
  patterns: (type_patterns [(name) @container (parens (apply . constructor: (name) @container)) (apply . constructor: (name) @container) (parens (name) @container)]))
(deriving classes: (tuple (name) @supertype.implements))
(deriving classes: (parens (name) @supertype.implements))
(deriving classes: (name) @supertype.implements)

; Imports. One that lists names imports those; "hiding" and a bare import bring in everything.
(import module: (module) @import.module "hiding" @import.wildcard names: (import_list name: (import_name [(name) (variable) (prefix_id)] @import.name)))
(import module: (module) @import.module names: (import_list name: (import_name [(name) (variable) (prefix_id)] @import.name)))
(import module: (module) @import.module alias: (module) @import.alias)
(import module: (module) @import.module !alias !names)
