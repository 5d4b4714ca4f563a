class Sound {
  whole() {
    return helper(1);
  }
}

function torn(a,, b) {
  const x = ;
}

/** Still found. */
function after(value) {
  return new Sound().whole(value);
}
