package app;

import static java.lang.String.format;
import static shop.Orders.*;

import bank.*;
import java.util.*;
import shop.Money;
import shop.Money.Price;
import shop.Orders;

class App {
    void run(Account account, Price price, Date date) {
        Money money = Money.of(3);
        money.add(Money.ZERO);
        account.balance().add(null);
        account.foreign().add(null);
        bank.Money other = bank.Money.of(4);
        other.add(other);
        place(money);
        open();
        Orders.close();
        format("text");
        price.cents();
        new Price().cents();
        Collections.sort(null);
        date.getTime();
    }

    void close() {
        Orders.open();
        close();
        this.close();
    }
}
