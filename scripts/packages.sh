# Debian packages for tests and trials; sourced after lib.sh, never run.
# shellcheck shell=bash

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die "This needs root once: $*" "Run it as root, or install sudo."
  fi
}

# Whether what we use of a package is there, however it came.
has_package() {
  case $1 in
    rabbitmq-server) [ -x /usr/lib/rabbitmq/bin/rabbitmq-server ] ;;
    postgresql) compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null ;;
    prometheus) command -v promtool >/dev/null ;;
    python3-torch) /usr/bin/python3 -c 'import torch' 2>/dev/null ;;
    python3-onnx) /usr/bin/python3 -c 'import onnx' 2>/dev/null ;;
    python3-pil) /usr/bin/python3 -c 'import numpy, PIL' 2>/dev/null ;;
    util-linux) command -v setpriv >/dev/null ;;
    faketime) compgen -G '/usr/lib/*/faketime/libfaketimeMT.so.1' >/dev/null || [ -e /usr/lib/faketime/libfaketimeMT.so.1 ] ;;
    *) command -v "$1" >/dev/null ;;
  esac
}

# install_packages NAME...: installs those that are not there; servers among them are not started.
install_packages() {
  local package missing=()
  for package in "$@"; do
    has_package "$package" || missing+=("$package")
  done
  [ "${#missing[@]}" -gt 0 ] || return 0
  command -v apt-get >/dev/null ||
    die "This needs ${missing[*]} (Debian package names), and there is no apt-get here: install them, then run this again."
  say "Installing ${missing[*]} ..."
  as_root apt-get update -qq || die "apt-get update failed: check the network, then run this again."
  # RUNLEVEL=1 keeps Debian from starting the servers that it installs.
  as_root env RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null ||
    die "apt-get could not install ${missing[*]}; its message is above."
  # Where systemd starts services all the same, what was installed just now is stopped again.
  if [ -d /run/systemd/system ]; then
    for package in "${missing[@]}"; do
      case $package in rabbitmq-server | postgresql | prometheus | prometheus-alertmanager) as_root systemctl disable --now "$package" || true ;; esac
    done
  fi
}
