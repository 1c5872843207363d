#!/usr/bin/env bash
# Draws docs/images/notifications.png, the picture of docs/notifications.md, from the texts that the notifier really sends.
# Needs chromium and the Debian packages fonts-dejavu-core and fonts-noto-color-emoji. Run it when a test says that the messages have changed.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

images=$REPO/docs/images
command -v chromium >/dev/null || die "chromium was not found." "Install the Debian packages chromium, fonts-dejavu-core and fonts-noto-color-emoji."

mkdir -p "$images"
dotnet run --project "$REPO/src/Whales.Notifier" -- preview --gallery >"$images/notifications.html.new"
mv "$images/notifications.html.new" "$images/notifications.html"

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
sandbox=()
[ "$(id -u)" -ne 0 ] || sandbox=(--no-sandbox)
# The page's own height first: a screenshot is as tall as its window.
cp "$images/notifications.html" "$scratch/page.html"
echo '<script>document.title = document.documentElement.scrollHeight</script>' >>"$scratch/page.html"
height=$(chromium --headless "${sandbox[@]}" --user-data-dir="$scratch/profile" --disable-gpu --window-size=1180,800 --virtual-time-budget=2000 \
  --dump-dom "file://$scratch/page.html" 2>/dev/null | sed -nE 's/.*<title>([0-9]+)<\/title>.*/\1/p')
chromium --headless "${sandbox[@]}" --user-data-dir="$scratch/profile" --disable-gpu --hide-scrollbars --window-size="1180,${height:-2400}" \
  --screenshot="$images/notifications.png" "file://$images/notifications.html" 2>/dev/null
say "$images/notifications.png"
