--- Carts and what is in them.
-- @module shop.cart
local Base = require("shop.base")
local util = require "shop.util"
local join = require('shop.text').join
local tonumber, floor = tonumber, math.floor
require("shop.setup")

local M = {}

--- How many items a cart holds.
M.MAX_ITEMS = 10
M.defaults = { rate = 0.19, nested = { deep = true } }
VERSION = "1.0"

---@class Cart : Base
---@field items Item[]
local Cart = setmetatable({}, { __index = Base })
Cart.__index = Cart

--- Build an empty cart.
---@param owner string
---@return Cart
function Cart.new(owner)
  local self = setmetatable({}, Cart)
  self.items = {}
  self.owner = owner
  return self
end

-- Add one item.
function Cart:add(item, ...)
  local function check(x)
    return util.is_item(x)
  end
  if not check(item) then
    error(("bad item %s"):format(item))
  end
  table.insert(self.items, item)
  self:notify("added", item)
  return self
end

function Cart:total()
  local sum = 0
  for _, item in ipairs(self.items) do
    sum = sum + item:price()
  end
  return floor(sum)
end

M.checkout = function(cart)
  return cart:total()
end

M.handlers = {
  on_add = function(cart) return cart:add(nil) end,
  ["on remove"] = function() end,
}

local function private_help(text)
  return text:upper(), [[
function not_a_function() end
  ]]
end

local anonymous = function() return private_help "x" end

function M.a.b.deep(x)
  return M.a.b.deep { x }
end

function global_start()
  local cart = Cart.new("me")
  cart:add(1):add(2)
  return anonymous()
end

return M
