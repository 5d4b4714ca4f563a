package app;

public class Store {
    public Object save(Object item) {
        return item;
    }

    String load(String key) {
        return key;
    }

    void flush() {
        save(null);
    }
}

final class Disk {
    Object save(Object item) {
        return item;
    }

    static void load(Disk disk) {
        disk.save("loaded");
    }
}
