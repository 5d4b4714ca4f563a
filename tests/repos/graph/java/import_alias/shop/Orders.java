package shop;

public class Orders extends Base {
    public static void place(Money money) {
        money.add(Money.ZERO);
        open();
    }

    public static String format(String text) {
        return text;
    }
}
