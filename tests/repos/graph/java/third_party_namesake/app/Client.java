package app;

import static near.Assert.equal;
import static org.junit.Assert.assertTrue;

import java.net.http.HttpResponse;
import org.web.Session;

class Client {
    private final Session remote = new Session();
    private final near.Session close = new near.Session();
    private final java.util.logging.Logger log = java.util.logging.Logger.getLogger("app");
    private final Logger own = Logger.getLogger("app");

    String fetch(String url) {
        remote.get(url);
        Session session = new Session(url);
        session.close();
        return session.get(url);
    }

    String remember(String key) {
        close.get(key);
        Session other = null;
        other.close();
        close.close();
        return close.toString();
    }

    void report(String text) {
        log.info(text);
        own.info(text);
        assertTrue(true);
        equal(text, text);
    }

    String read(HttpResponse<String> answer, Response response, org.web.Response remote) {
        answer.body();
        remote.body();
        return response.body();
    }

    boolean equals(Session one, near.Session two) {
        one.close();
        two.close();
        return one.equals(two);
    }
}
