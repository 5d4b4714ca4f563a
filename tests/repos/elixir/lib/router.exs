defmodule ShopWeb.Router do
  use ShopWeb, :router

  pipeline :browser do
    plug :accepts, ["html"]
  end

  scope "/", ShopWeb do
    get "/", PageController, :index
  end
end

defmodule ShopWeb.CartTest do
  use ExUnit.Case, async: true
  alias Shop.Cart

  describe "total/1" do
    test "is zero for nil" do
      assert Cart.total(nil) == 0
    end
  end
end
