package near;

public class Assert {
    public static void assertTrue(boolean value) {}

    public static void equal(Object left, Object right) {}
}
