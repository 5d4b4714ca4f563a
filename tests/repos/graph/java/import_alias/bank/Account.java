package bank;

public class Account {
    public Money balance() {
        return Money.of(1);
    }

    public shop.Money foreign() {
        return shop.Money.of(2);
    }
}
