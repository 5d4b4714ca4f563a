local M = {}

function M.fine()
  return helper(1)
end

function M.half( = =
end

function M.after_error()
  return M.fine()
end

return M
