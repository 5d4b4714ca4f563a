package shop;

public class Base {
    public static void open() {}

    public static void close() {}
}
