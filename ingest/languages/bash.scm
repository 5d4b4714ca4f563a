; Definitions.
(function_definition name: (word) @name) @definition.function
(program (variable_assignment name: (variable_name) @name) @definition.variable)
(program (declaration_command (variable_assignment name: (variable_name) @name)) @definition.variable)
(program (if_statement (variable_assignment name: (variable_name) @name) @definition.variable))
((command name: (command_name (word) @_alias) argument: (concatenation . (word) @name)) @definition.function (#text? @_alias "alias"))

; Docs.
(comment) @doc

; Uses. Every command is one: a function, a builtin or a program.
(command_name (word) @reference.call)
((command name: (command_name (word) @_trap) . argument: (word) @reference.call) (#text? @_trap "trap"))

; Imports.
((command name: (command_name (word) @_source) . argument: (_) @import.module) (#text? @_source "source|\\."))
