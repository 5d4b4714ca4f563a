int whole(void) {
  return helper(1);
}

int torn(int a,, int b) {
  return;
}

/* Still found. */
int after(int value) {
  return whole();
}
