package shop;

public class Money {
    public static final Money ZERO = new Money();

    public static Money of(int cents) {
        return new Money();
    }

    public Money add(Money other) {
        return other;
    }

    public static class Price {
        public int cents() {
            return 0;
        }
    }
}
