; What JavaScript, TypeScript and TSX have in common.

; CommonJS. A name bound to a module is an import and no symbol: written first, it claims the name.
(variable_declarator name: (identifier) @name @import.alias
  value: (call_expression function: (identifier) @_f arguments: (arguments . (string (string_fragment) @import.module)))
  (#text? @_f "require")) @scope
(variable_declarator name: (object_pattern (shorthand_property_identifier_pattern) @import.name)
  value: (call_expression function: (identifier) @_f arguments: (arguments . (string (string_fragment) @import.module)))
  (#text? @_f "require"))
(variable_declarator name: (object_pattern (pair_pattern key: (property_identifier) @import.name value: (identifier) @import.alias))
  value: (call_expression function: (identifier) @_f arguments: (arguments . (string (string_fragment) @import.module)))
  (#text? @_f "require"))
(variable_declarator name: (identifier) @name @import.alias
  value: (member_expression
    object: (call_expression function: (identifier) @_f arguments: (arguments . (string (string_fragment) @import.module)))
    property: (property_identifier) @import.name)
  (#text? @_f "require")) @scope

; Functions bound to a name. The first pattern of each pair is a statement with one declarator, the second a declarator among several.
(lexical_declaration . (variable_declarator name: (identifier) @name
  value: [(arrow_function body: (_) @body) (function_expression body: (_) @body) (generator_function body: (_) @body)]) .) @definition.function
(variable_declaration . (variable_declarator name: (identifier) @name
  value: [(arrow_function body: (_) @body) (function_expression body: (_) @body) (generator_function body: (_) @body)]) .) @definition.function
(variable_declarator name: (identifier) @name
  value: [(arrow_function body: (_) @body) (function_expression body: (_) @body) (generator_function body: (_) @body)]) @definition.function
(lexical_declaration . (variable_declarator name: (identifier) @name value: (class body: (_) @body)) .) @definition.class
(variable_declarator name: (identifier) @name value: (class body: (_) @body)) @definition.class
(function_declaration name: (identifier) @name) @definition.function
(generator_function_declaration name: (identifier) @name) @definition.function
(export_statement "default" @name value: [(arrow_function body: (_) @body) (function_expression !name body: (_) @body)]) @definition.function
(export_statement "default" @name value: (class !name body: (_) @body)) @definition.class
(export_statement "default" @name value: [(object) (call_expression)] @body) @definition.variable

; Members of classes and of object literals.
(class_declaration name: (_) @name) @definition.class
(method_definition ["get" "set"] name: [(property_identifier) (private_property_identifier)] @name) @definition.property
(method_definition name: [(property_identifier) (private_property_identifier)] @name) @definition.method
(method_definition name: (computed_property_name (member_expression property: (property_identifier) @name))) @definition.method
(pair key: (property_identifier) @name
  value: [(arrow_function body: (_) @body) (function_expression body: (_) @body) (generator_function body: (_) @body)]) @definition.method
(pair key: (string (string_fragment) @name)
  value: [(arrow_function body: (_) @body) (function_expression body: (_) @body) (generator_function body: (_) @body)]
  (#text? @name "[\\w$-]+")) @definition.method

; Variables of a module; locals are no symbols.
(program (lexical_declaration . (variable_declarator name: (identifier) @name) .) @definition.variable)
(program (variable_declaration . (variable_declarator name: (identifier) @name) .) @definition.variable)
(program (lexical_declaration (variable_declarator name: (identifier) @name) @definition.variable))
(program (variable_declaration (variable_declarator name: (identifier) @name) @definition.variable))
(program (export_statement declaration: (lexical_declaration . (variable_declarator name: (identifier) @name) .) @definition.variable))
(program (export_statement declaration: (lexical_declaration (variable_declarator name: (identifier) @name) @definition.variable)))
(program (export_statement declaration: (lexical_declaration (variable_declarator name: (array_pattern (identifier) @name)) @definition.variable)))
(program (export_statement declaration: (lexical_declaration (variable_declarator name: (object_pattern
  [(shorthand_property_identifier_pattern) @name (pair_pattern value: (identifier) @name)])) @definition.variable)))

(comment) @doc

; Uses.
(decorator (identifier) @reference.decorator)
(decorator (member_expression object: (_) @receiver property: (_) @reference.decorator))
(decorator (call_expression function: (identifier) @reference.decorator))
(decorator (call_expression function: (member_expression object: (_) @receiver property: (_) @reference.decorator)))
(call_expression function: (identifier) @reference.call)
(call_expression function: (super) @reference.call)
(call_expression function: (member_expression object: (_) @receiver property: [(property_identifier) (private_property_identifier)] @reference.call))
(new_expression constructor: (identifier) @reference.instantiate)
(new_expression constructor: (member_expression object: (_) @receiver property: (property_identifier) @reference.instantiate))

; Imports and re-exports.
(import_statement . source: (string (string_fragment) @import.module))
(import_statement (import_clause (identifier) @import.default) source: (string (string_fragment) @import.module))
(import_statement (import_clause (namespace_import (identifier) @import.alias)) source: (string (string_fragment) @import.module))
(import_statement (import_clause (named_imports (import_specifier !alias name: (_) @import.name))) source: (string (string_fragment) @import.module))
(import_statement (import_clause (named_imports (import_specifier name: (_) @import.name alias: (_) @import.alias))) source: (string (string_fragment) @import.module))
(export_statement (export_clause (export_specifier !alias name: (_) @import.name)) source: (string (string_fragment) @import.module))
(export_statement (export_clause (export_specifier name: (_) @import.name alias: (_) @import.alias)) source: (string (string_fragment) @import.module))
(export_statement "*" @import.wildcard source: (string (string_fragment) @import.module))
(export_statement (namespace_export (_) @import.alias) source: (string (string_fragment) @import.module))
(call_expression function: (import) arguments: (arguments . (string (string_fragment) @import.module)))
