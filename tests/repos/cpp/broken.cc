class Sound {
 public:
  int whole() { return helper(1); }
};

int torn(int a,, int b) {
  return;
}

/// Still found.
int after(Sound value) {
  return value.whole();
}
