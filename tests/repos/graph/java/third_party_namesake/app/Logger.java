package app;

class Logger {
    static Logger getLogger(String name) {
        return new Logger();
    }

    void info(String text) {}
}

class Response {
    String body() {
        return "";
    }
}
