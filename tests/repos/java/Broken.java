class Sound {
    int whole() {
        return helper(1);
    }

    int torn(int a, {
        return;
    }

    /** Still found. */
    int after(Sound value) {
        return value.whole();
    }
}
