package bank;

public class Money {
    public static Money of(int cents) {
        return null;
    }

    public Money add(Money other) {
        return other;
    }
}
