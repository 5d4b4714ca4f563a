package app;

import java.util.concurrent.ExecutorService;

/** Every method here has the name of the method it calls on a field. */
public class Service {
    final Store store;
    private final Disk disk = new Disk();
    private Store cache = new Store();
    private ExecutorService pool;
    static Disk shared;

    Service(Store store) {
        this.store = store;
    }

    public Object save(Object item) {
        disk.save(item);
        this.cache.save(item);
        return store.save(item);
    }

    String load(String key) {
        Disk.load(shared);
        return this.store.load(key);
    }

    void flush() {
        cache.flush();
        save(null);
    }

    void shutdown() {
        pool.shutdown();
    }

    void close(Service other) {
        other.store.save(this);
        other.flush();
        shared.save(other);
        this.shutdown();
    }

    Object keep(Store store) {
        Disk disk = shared;
        disk.save(store);
        return store.save("shadow");
    }

    static void run(Service service) {
        Store cache = service.cache;
        cache.flush();
        service.pool.shutdown();
    }
}
