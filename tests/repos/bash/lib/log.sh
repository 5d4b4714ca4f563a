# Log helpers.

LOG_LEVEL="${LOG_LEVEL:-info}"

# Say something.
log::info() {
  _write info "$@"
}

log::error() { _write error "$@"; }

_write() { printf '%s\n' "$*" >&2; }
