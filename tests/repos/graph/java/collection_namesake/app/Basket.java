package app;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A collection of the project, with the methods of the library's. */
class Basket {
    private final List<String> list = new ArrayList<>();
    private final Map<String, String> index = new HashMap<>();
    private Set<Basket> others;

    boolean add(String item) {
        list.add(item);
        return list.contains(item);
    }

    String get(String key) {
        return index.get(key);
    }

    String put(String key, String value) {
        add(key);
        return index.put(key, value);
    }

    void clear() {
        list.clear();
        others.forEach(Basket::clear);
    }

    int size() {
        return list.size() + others.size();
    }

    boolean contains(Basket other) {
        other.add("mine");
        return others.contains(other);
    }
}

class Use {
    private List<Basket> baskets = new ArrayList<>();
    private Map<String, Basket> named = new HashMap<>();

    void add(List<String> names, Map<String, Integer> values, Basket basket) {
        names.add("name");
        basket.add("name");
        values.put("key", 1);
        basket.put("key", "one");
        values.get("key");
        basket.get("key");
    }

    int size() {
        baskets.add(new Basket());
        baskets.get(0).add("first");
        named.get("a").get("b");
        named.put("a", null);
        for (Basket each : baskets) {
            each.clear();
        }
        baskets.clear();
        var one = baskets.get(0);
        one.size();
        return baskets.size();
    }

    String get(String text) {
        Basket[] all = {new Basket()};
        all[0].clear();
        return text.trim();
    }
}
