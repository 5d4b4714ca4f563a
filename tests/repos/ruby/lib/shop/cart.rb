# frozen_string_literal: true

require "set"
require_relative "pricing"
require_relative("tax")

module Shop
  autoload :Invoice, "shop/invoice"

  # The rate every cart starts with.
  DEFAULT_RATE = 0.19
  Point = Struct.new(:x, :y) do
    def distance(other)
      Math.sqrt((other.x - x)**2)
    end
  end
  EmptyCart = Class.new(StandardError)

  # A basket of things to buy.
  #
  # Items keep the order in which they came.
  class Cart < Base::Container
    include Enumerable
    include Comparable, Shop::Pricing
    extend Forwardable
    prepend Shop::Auditing

    attr_reader :items, :owner
    attr_accessor "note"
    def_delegators :@items, :size
    MAX_ITEMS = 100

    # Build an empty cart.
    def initialize(owner, rate: DEFAULT_RATE)
      super()
      @items = []
      @owner = owner
      @totals = Set.new
    end

    # Iterate over the items.
    def each(&block)
      return enum_for(:each) unless block_given?

      items.each(&block)
    end

    def total
      items.sum { |item| item.price.to_f } + Tax.for(self, rate: Shop::DEFAULT_RATE)
    end

    def <=>(other) = total <=> other.total

    def add!(item)
      raise EmptyCart, "no item" if item.nil?

      log.debug("adding")&.flush
      @items << item
    end
    alias push! add!
    alias_method :append, :add!

    def self.load(path)
      new(path).tap(&:validate!)
    end

    class << self
      # Read a cart from JSON.
      def parse(text)
        Shop::Cart.new(JSON.parse(text))
      end
    end

    # One line of a cart.
    class Line
      def total
        price * count
      end

      private def secret
        help_text
      end
    end

    private

    def help_text
      <<~TEXT
        def not_a_method
          class NotAClass
        #{render_help(owner)}
      TEXT
    end
  end

  class Cart::Wishlist < Cart
    def total = 0
  end
end

# Reopened, as a plugin would.
class Shop::Cart
  def größe
    items.size
  end
end

def checkout(cart)
  cart.total
end

checkout(Shop::Cart.load("cart.json"))
