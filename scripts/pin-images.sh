#!/usr/bin/env bash
# Writes behind each version of an image in docker-compose.yml and the Dockerfile the digest that its registry has for it now, so that nobody can move
# it. Needs docker with buildx and the network; images that are built here are left alone. After a version was changed, and now and then for the
# security updates of the base images: run it, look at the difference, try the images.
#   scripts/pin-images.sh [FILE...]
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

command -v docker >/dev/null || die "docker was not found; it asks the registries for digests."
files=("$@")
[ "$#" -gt 0 ] || files=("$REPO/docker-compose.yml" "$REPO/Dockerfile")

# image: NAME:VERSION and FROM NAME:VERSION, with or without a digest. Stages of the Dockerfile have no version, our own images a variable.
images() { sed -nE 's/^( *image: |FROM )([a-z0-9][a-z0-9./-]*:v?[0-9][A-Za-z0-9._-]*)(@sha256:[0-9a-f]+)?( .*)?$/\2/p' "${files[@]}" | sort -u; }

# All are asked before anything is written.
declare -A digests
for image in $(images); do
  digest=$(docker buildx imagetools inspect "$image" --format '{{.Manifest.Digest}}') || die "The registry does not know $image, or cannot be reached."
  [[ $digest =~ ^sha256:[0-9a-f]{64}$ ]] || die "No digest came for $image: $digest"
  digests[$image]=$digest
done
for image in "${!digests[@]}"; do
  sed -i -E "s#(image: |^FROM )${image//./\\.}(@sha256:[0-9a-f]+)?( |\$)#\\1$image@${digests[$image]}\\3#" "${files[@]}"
  say "$image@${digests[$image]}"
done
