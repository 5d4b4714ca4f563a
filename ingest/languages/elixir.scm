; Definitions. Clauses of one function that follow each other are one symbol.
((call target: (identifier) @_keyword (arguments . (alias) @name)) @definition.module (#text? @_keyword "defmodule"))
((call target: (identifier) @_keyword (arguments . (alias) @name)) @definition.interface (#text? @_keyword "defprotocol"))
((call target: (identifier) @_keyword (arguments . (alias) @supertype.implements (keywords (pair value: [(alias) @container (list (alias) @container)]))))
  (#text? @_keyword "defimpl"))
((call target: (identifier) @_keyword (arguments . (alias) (keywords (pair value: [(alias) @name (list . (alias) @name)])))) @scope
  (#text? @_keyword "defimpl"))
((call target: (identifier) @_keyword
  (arguments . [
    (identifier) @name
    (call target: (identifier) @name)
    (binary_operator left: [(identifier) @name (call target: (identifier) @name)] operator: "when")])) @definition.function
  (#text? @_keyword "def|defp|defdelegate|defguard|defguardp|defn|defnp"))
((call target: (identifier) @_keyword
  (arguments . (binary_operator left: (identifier) operator: _ @name right: (identifier)))) @definition.function
  (#text? @_keyword "def|defp") (#text? @name "(?!when$).*"))
((call target: (identifier) @_keyword
  (arguments . [
    (identifier) @name
    (call target: (identifier) @name)
    (binary_operator left: [(identifier) @name (call target: (identifier) @name)] operator: "when")])) @definition.macro
  (#text? @_keyword "defmacro|defmacrop"))
((call target: (identifier) @_keyword
  (arguments [(list [(atom) @name (keywords (pair key: (keyword) @name))]) (keywords (pair key: (keyword) @name))])) @definition.field
  (#text? @_keyword "defstruct|defexception"))
((unary_operator operator: "@" operand: (call target: (identifier) @_keyword
  (arguments . (binary_operator left: [(identifier) @name (call target: (identifier) @name)] operator: "::")))) @definition.type
  (#text? @_keyword "type|typep|opaque"))
((unary_operator operator: "@" operand: (call target: (identifier) @_keyword
  (arguments . (binary_operator left: (call target: (identifier) @name) operator: "::")))) @definition.method
  (#text? @_keyword "callback|macrocallback"))
((do_block (unary_operator operator: "@" operand: (call target: (identifier) @name (arguments))) @definition.constant)
  (#text? @name "(?!(doc|moduledoc|typedoc|spec|type|typep|opaque|callback|macrocallback|optional_callbacks|behaviour|impl|derive|enforce_keys|deprecated|dialyzer|compile|before_compile|after_compile|on_definition|on_load|external_resource|vsn|tag|moduletag|describetag)$).*"))

; Docs.
(comment) @doc
((unary_operator operator: "@" operand: (call target: (identifier) @_keyword (arguments . (string (quoted_content) @doc)))) @doc.place
  (#text? @_keyword "doc|typedoc"))
((do_block (unary_operator operator: "@" operand: (call target: (identifier) @_keyword (arguments . (string (quoted_content) @doc.inside))))) @doc.place
  (#text? @_keyword "moduledoc"))
((unary_operator operator: "@" operand: (call target: (identifier) @_keyword (arguments . (binary_operator left: (call target: (identifier) @ignored)))))
  @attribute (#text? @_keyword "spec"))
((unary_operator operator: "@" operand: (call target: (identifier) @_keyword (arguments . [(keywords) (boolean)]))) @attribute
  (#text? @_keyword "doc"))
((unary_operator operator: "@" operand: (call target: (identifier) @_keyword)) @attribute
  (#text? @_keyword "spec|impl|deprecated|dialyzer|tag"))

; Uses.
(call target: (identifier) @reference.call)
(call target: (dot left: (_) @receiver right: (identifier) @reference.call))
(binary_operator operator: "|>" right: (identifier) @reference.call)
(unary_operator operator: "&" operand: (binary_operator left: (identifier) @reference.name operator: "/"))
(unary_operator operator: "@" operand: (identifier) @reference.name)
(struct (alias) @reference.instantiate)
(arguments (alias) @reference.name)

; Inheritance.
((unary_operator operator: "@" operand: (call target: (identifier) @_keyword (arguments . (alias) @supertype.implements)))
  (#text? @_keyword "behaviour"))

; Imports.
((call target: (identifier) @_keyword (arguments . (alias) @import.module (keywords (pair key: (keyword) @_as value: (alias) @import.alias))))
  (#text? @_keyword "alias|require") (#text? @_as "as: "))
((call target: (identifier) @_keyword (arguments . (alias) @import.module)) (#text? @_keyword "alias|require|use"))
((call target: (identifier) @_keyword (arguments . (dot left: (_) @import.module right: (tuple (alias) @import.name))))
  (#text? @_keyword "alias|require|use|import"))
((call target: (identifier) @import.wildcard (arguments . (alias) @import.module)) (#text? @import.wildcard "import"))
