; Definitions. A function directly in a class becomes a method, __init__ and __new__ a constructor (ingest/parse.py).
(class_definition name: (identifier) @name) @definition.class
(function_definition name: (identifier) @name) @definition.function
(module (expression_statement (assignment left: (identifier) @name) @definition.variable))
(module (expression_statement (assignment left: (pattern_list (identifier) @name)) @definition.variable))
(module (if_statement (block (expression_statement (assignment left: (identifier) @name) @definition.variable))))
(module (try_statement (block (expression_statement (assignment left: (identifier) @name) @definition.variable))))
(class_definition body: (block (expression_statement (assignment left: (identifier) @name) @definition.field)))
(type_alias_statement left: (type (identifier) @name)) @definition.type
(type_alias_statement left: (type (generic_type (identifier) @name))) @definition.type

; Docstrings: the first statement of a body.
(module . (comment)* . (expression_statement (string (string_content) @doc.inside)))
(class_definition body: (block . (expression_statement (string (string_content) @doc.inside))))
(function_definition body: (block . (expression_statement (string (string_content) @doc.inside))))

; Uses. A decorator that is called is a decorator first.
(decorator (call function: (identifier) @reference.decorator))
(decorator (call function: (attribute object: (_) @receiver attribute: (identifier) @reference.decorator)))
(call function: (identifier) @reference.call)
(call function: (attribute object: (_) @receiver attribute: (identifier) @reference.call))
(decorator (identifier) @reference.decorator)
(decorator (attribute object: (_) @receiver attribute: (identifier) @reference.decorator))
(type (identifier) @reference.type)
(type (attribute object: (_) @receiver attribute: (identifier) @reference.type))
(type (generic_type (identifier) @reference.type))
(type (binary_operator (identifier) @reference.type))

; Inheritance.
(class_definition superclasses: (argument_list (identifier) @supertype.extends))
(class_definition superclasses: (argument_list (attribute) @supertype.extends))
(class_definition superclasses: (argument_list (subscript value: (_) @supertype.extends)))

; Imports.
(import_statement name: (dotted_name) @import.module)
(import_statement name: (aliased_import name: (dotted_name) @import.module alias: (identifier) @import.alias))
(import_from_statement module_name: (_) @import.module name: (dotted_name) @import.name)
(import_from_statement module_name: (_) @import.module name: (aliased_import name: (dotted_name) @import.name alias: (identifier) @import.alias))
(import_from_statement module_name: (_) @import.module (wildcard_import) @import.name)
(future_import_statement "__future__" @import.module name: (dotted_name) @import.name)
