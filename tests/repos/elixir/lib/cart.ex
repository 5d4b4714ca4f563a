defmodule Shop.Cart do
  @moduledoc """
  Carts and what is in them.

      def not_a_function(x), do: x
  """
  use GenServer
  use Ecto.Schema, prefix: "shop"
  import Ecto.Query, only: [from: 2]
  import Shop.Helpers
  alias Shop.{Item, Owner, Pricing.Rule}
  alias Shop.Repo, as: Store
  alias Shop.Invoice
  alias __MODULE__
  require Logger

  @behaviour Shop.Priced
  @behaviour Access
  @timeout 5_000
  @derive {Jason.Encoder, only: [:items]}
  @enforce_keys [:owner]
  defstruct [:owner, items: [], note: nil]

  @type t :: %__MODULE__{owner: Owner.t(), items: [Item.t()]}
  @typep key :: atom
  @opaque token(a) :: {a, binary}
  @callback price(item :: term) :: number
  @macrocallback wrap(term) :: Macro.t()

  @doc """
  Build an empty cart.

  Options are ignored.
  """
  @doc since: "1.0"
  @spec new(String.t(), keyword) :: t
  def new(owner, opts \\ [])
  def new(owner, _opts) when is_binary(owner), do: %Shop.Cart{owner: owner}
  def new(owner, _opts), do: %__MODULE__{owner: to_string(owner)}

  @doc "Sum it up."
  @impl true
  def total(%{items: items}) do
    items
    |> Enum.map(&price/1)
    |> Enum.reject(&Item.free?/1)
    |> sum_all()
    |> Shop.Tax.add(rate: @timeout)
  end

  def total(nil), do: 0

  @doc false
  def hidden, do: Logger.debug("hidden #{inspect(self())}")

  # Only for this module.
  defp price(%Item{price: price} = item) when price > 0 do
    rule = Rule.lookup(item)
    rule.apply.(item)
    GenServer.call(__MODULE__, {:price, item}, @timeout)
  end

  defp größe(cart), do: length(cart.items)

  def valid?(cart), do: Store.get!(Invoice, cart.id) |> is_nil()

  def left <~> right, do: merge(left, right)

  @doc "Wrap a block."
  defmacro wrap(do: block) do
    quote do
      unquote(block)
    end
  end

  defguard is_item(value) when is_map(value)
  defdelegate fetch(term, key), to: Map
  defmacrop secret(x), do: x

  defmodule Line do
    @moduledoc "One line."
    defstruct [:count]
    def total(line), do: line.count
  end
end

defprotocol Shop.Priced do
  @doc "What it costs."
  def price(item)
end

defimpl Shop.Priced, for: Shop.Cart do
  def price(cart), do: Shop.Cart.total(cart)
end

defimpl Shop.Priced, for: [Integer, Float] do
  def price(number), do: number
end

defmodule Shop.Error do
  defexception message: "shop error"
  @impl true
  def message(error), do: error.message
end
