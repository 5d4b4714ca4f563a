fine() { helper 1; }

half() {
  if [ ; then (
}}}

after_error() { fine; }
