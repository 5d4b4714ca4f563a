defmodule Broken do
  def fine, do: helper(1)

  def half( do = = (
  end

  def after_error, do: fine()
end
