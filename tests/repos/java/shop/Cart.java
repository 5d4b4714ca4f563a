package com.acme.shop;

import java.util.List;
import java.util.concurrent.*;
import static java.lang.Math.max;
import static org.junit.Assert.*;

/**
 * Holds what is bought.
 *
 * @param <T> what it holds
 */
@Entity
@Table(name = "carts", indexes = {@Index("owner")})
public abstract class Cart<T extends Item & Comparable<T>> extends core.Base<T> implements Iterable<T>, AutoCloseable {
    public static final int MAX_ITEMS = 100, MIN_ITEMS = 1;
    private static final Logger log = Logger.getLogger("cart");

    @Inject
    private Map<String, List<T>> items = new ConcurrentHashMap<>(), spare;
    private int count; // not a doc of the constructor
    public Cart(String owner) throws IOException {
        super(owner);
        this.items = new java.util.HashMap<String, List<T>>();
    }

    Cart() {
        this("nobody");
    }

    static {
        register(Cart.class);
    }

    /** Adds one. */
    public void add(T item) {
        items.get(item.name()).add(item);
    }

    // Adds several.
    // Not atomic.
    @Deprecated @SafeVarargs
    public final <U extends T> void add(U... more) {
        var list = List.of(more);
        list.forEach(this::add);
        list.stream().map(Item::name).map(Label::new).forEach(label -> log.info(label.text()));
    }

    @Override
    public Iterator<T> iterator() {
        return new Iterator<T>() {
            private int at = 0;

            @Override
            public boolean hasNext() {
                return at < max(count, 0);
            }
        };
    }

    protected abstract double total();

    /** One line of the cart. */
    static class Line extends Cart<Item> {
        double total() {
            Object value = (Object) Cart.super.total();
            return value instanceof Item item ? item.price() : 0;
        }

        class Größe {
            int länge;
        }
    }

    public enum State implements Labelled {
        OPEN("open") {
            @Override
            String label() {
                return "o";
            }
        },
        /** Paid. */
        CLOSED("closed");

        private final String text;

        State(String text) {
            this.text = text;
        }

        String label() {
            return text;
        }
    }

    interface Visitor<R> extends Function<Item, R>, core.Visitor {
        int DEPTH = 3;

        R visit(Item item);

        default void done() {}
    }

    record Point(int x, @Nullable Item item) implements Comparable<Point> {
        static int made;

        Point {
            check(x);
        }
    }

    @Retention(RetentionPolicy.RUNTIME)
    @interface Audited {
        String value() default "";
    }
}
