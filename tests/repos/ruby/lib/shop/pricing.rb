module Shop
  # Knows what things cost.
  module Pricing
    CURRENCIES = %w[EUR USD].freeze

    def self.included(base)
      base.extend(ClassMethods)
    end

    module ClassMethods
      def total
        42
      end
    end

    def total
      round(1.5)
    end

    module_function

    def round(value)
      value.round(2)
    end
  end
end
