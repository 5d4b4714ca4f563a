#!/usr/bin/env bash
# Deploy the service.

set -euo pipefail

source "$(dirname "$0")/lib/log.sh"
. ./lib/retry.bash
source /etc/profile

# Where builds go.
readonly BUILD_DIR="/tmp/build"
declare -A TARGETS=([prod]=1)
declare -i count=0
export PATH="$PATH:/opt/bin" EDITOR=vi
RETRIES=3
name='deploy'
alias ll='ls -l'

# Build one target.
#
# $1 is the target.
build() {
  local target="$1"
  inner_value=5
  make "$target" && log::info "built $target"
  if ! retry 3 push_image "$target"; then
    log::error "failed: $(describe "$target")"
    exit 1
  fi
  for each in $(list_targets); do echo "$each" | sort; done
}

function push_image {
  docker push "$1"
}

function cleanup() (
  rm -rf "$BUILD_DIR"
)

größe() { wc -c "$1"; }

trap cleanup EXIT

cat <<EOF
function not_a_function {
  $(render_footer)
}
EOF

case "$1" in
  build) build "$2" ;;
  *) usage ;;
esac

main() { build prod; }
main "$@"
