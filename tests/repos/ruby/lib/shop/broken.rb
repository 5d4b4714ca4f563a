class Broken
  def fine
    helper(1)
  end

  def half(
    @x = = 3
  end
end

def after_error
  fine
end
