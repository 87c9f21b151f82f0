#!/usr/bin/env bash
# Makes sure that the named commands are there: `tools/need.sh cargo gcc curl`.
# On Debian as root it installs what is missing, elsewhere it says in one sentence what to install.
# Says nothing when nothing is missing.
set -euo pipefail

# The Debian packages that bring a command.
packages() {
  case "$1" in
    gcc) echo gcc libc6-dev ;;
    node) echo nodejs ;;
    postgres) echo postgresql ;;
    python3) echo python3 python3-venv ;;
    cargo-fmt) echo rustfmt ;;
    cargo-clippy) echo rust-clippy ;;
    *) echo "$1" ;;
  esac
}

# How to get what no package manager should choose for you.
by_hand() {
  case "$1" in
    cargo | rustc) echo "Rust 1.95 or newer (https://rustup.rs)" ;;
    cargo-fmt | cargo-clippy)
      if command -v rustup >/dev/null; then echo "$1 (rustup component add ${1#cargo-})"; fi
      ;;
  esac
}

# Debian keeps PostgreSQL's programs off the PATH.
is_there() {
  command -v "$1" >/dev/null || { [ "$1" = postgres ] && compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null; }
}

missing=()
hints=()
for command in "$@"; do
  if is_there "$command"; then continue; fi
  hint=$(by_hand "$command")
  if [ -n "$hint" ]; then hints+=("$hint"); else missing+=("$command"); fi
done

if [ "${#missing[@]}" -gt 0 ]; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    wanted=()
    for command in "${missing[@]}"; do read -ra names <<<"$(packages "$command")"; wanted+=("${names[@]}"); done
    echo "installing ${wanted[*]}" >&2
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq >/dev/null
    apt-get install -y -qq --no-install-recommends "${wanted[@]}" >/dev/null
  else
    hints+=("${missing[@]}")
  fi
fi

if [ "${#hints[@]}" -gt 0 ]; then
  list=$(printf '%s\n' "${hints[@]}" | awk '!seen[$0]++ { printf "%s%s", (n++ ? ", " : ""), $0 }')
  echo "Promenade needs this to be installed first: $list." >&2
  exit 1
fi
