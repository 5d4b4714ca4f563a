; Definitions. A class that is reopened is a definition each time it is opened.
(class) @definition.class
(module) @definition.module
(program (method) @definition.function)
(method) @definition.method
(singleton_method) @definition.method
(alias) @definition.method
((call method: (identifier) @_define arguments: (argument_list . (simple_symbol) @name)) @definition.method
  (#text? @_define "alias_method|define_method|scope"))
((call method: (identifier) @_define arguments: (argument_list [(simple_symbol) @name (string (string_content) @name)])) @definition.property
  (#text? @_define "attr_reader|attr_accessor|attr_writer|attr|cattr_accessor|mattr_accessor|class_attribute"))
((assignment left: (constant) @name right: (call receiver: (constant) @_of method: (identifier) @_new)) @definition.class
  (#text? @_of "Class|Struct|Data|Module") (#text? @_new "new|define"))
(assignment left: (constant) @name) @definition.constant
(assignment left: (scope_resolution name: (constant)) @name) @definition.constant

; Docs.
(comment) @doc

; Uses.
((call receiver: (constant) @reference.instantiate method: (identifier) @_new) (#text? @_new "new"))
((call receiver: (scope_resolution scope: (_) @receiver name: (constant) @reference.instantiate) method: (identifier) @_new) (#text? @_new "new"))
(call receiver: (_) @receiver method: [(identifier) (constant)] @reference.call)
(call !receiver method: [(identifier) (constant)] @reference.call)
(block_argument (simple_symbol) @reference.call)
(body_statement (identifier) @reference.name)
(exceptions (constant) @reference.type)
(exceptions (scope_resolution scope: (_) @receiver name: (constant) @reference.type))
(argument_list (constant) @reference.name)
(argument_list (scope_resolution scope: (_) @receiver name: (constant) @reference.name))
(pair value: (constant) @reference.name)
(pair value: (scope_resolution scope: (_) @receiver name: (constant) @reference.name))
(keyword_parameter value: (constant) @reference.name)

; Inheritance.
(class superclass: (superclass [(constant) (scope_resolution)] @supertype.extends))
((assignment right: (call receiver: (constant) @_of method: (identifier) @_new arguments: (argument_list . [(constant) (scope_resolution)] @supertype.extends)))
  (#text? @_of "Class") (#text? @_new "new"))
((call !receiver method: (identifier) @_mix arguments: (argument_list [(constant) (scope_resolution)] @supertype.mixin))
  (#text? @_mix "include|extend|prepend"))

; Imports.
((call !receiver method: (identifier) @_require arguments: (argument_list . (string (string_content) @import.module)))
  (#text? @_require "require|require_relative|load"))
((call method: (identifier) @_require arguments: (argument_list . (simple_symbol) @import.name (string (string_content) @import.module)))
  (#text? @_require "autoload"))
