#!/usr/bin/env bash
# Prints the path of one source tarball (zlib, dav1d or ffmpeg), fetching it if need be.
#
# In this order: the caller's <NAME>_TARBALL; the cache; the upstream release; Debian's source
# package. The last is for networks that reach a Debian mirror and nothing else. Debian's tarball
# may be another version than the pinned one, or a repacked one; then apt's signature check stands
# in for the pinned sum.
set -euo pipefail

name=$1
NAME=${name^^}
version=${NAME}_VERSION sha256=${NAME}_SHA256 given_by=${NAME}_TARBALL
version=${!version} sha256=${!sha256} given=${!given_by:-}

say() { echo "ffmpeg layer: $*" >&2; }
is_pinned() { echo "$sha256  $1" | sha256sum --check --status 2>/dev/null; }

if [[ -n $given ]]; then echo "$given"; exit; fi

case $name in
ffmpeg) url=https://ffmpeg.org/releases/ffmpeg-$version.tar.xz ;;
dav1d) url=https://downloads.videolan.org/pub/videolan/dav1d/$version/dav1d-$version.tar.xz ;;
zlib) url=https://github.com/madler/zlib/releases/download/v$version/zlib-$version.tar.gz ;;
esac
sources=$CACHE/sources
pinned=$sources/${url##*/}
from_debian=$sources/instead-of-$name-$version
mkdir -p "$sources"

if is_pinned "$pinned"; then echo "$pinned"; exit; fi
if compgen -G "$from_debian/*"; then exit; fi

# In the cache's own file system, so that the last step is a rename.
tmp=$(mktemp -d "$sources/.fetch.XXXXXX")
trap 'rm -rf "$tmp"' EXIT

say "fetching $name $version"
if curl --fail --silent --location --connect-timeout 5 --retry 1 --output "$tmp/upstream" "$url" &&
    is_pinned "$tmp/upstream"; then
    mv "$tmp/upstream" "$pinned"
    echo "$pinned"
    exit
fi

say "not to be had from $url; asking Debian's mirror"
# The machine's own mirror, with its own proxy and credentials, whatever they are.
# $(SITE) is for apt to fill in.
# shellcheck disable=SC2016
site=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' | grep -v -- '-security' | head -n 1) ||
    { say "no Debian mirror here; give $given_by=<file>"; exit 1; }
mkdir -p "$tmp"/{state/lists/partial,cache/archives/partial,source}
echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $site sid main" >"$tmp/sources.list"
# APT::Sandbox::User: as root, apt would fetch as a user who may not enter the cache.
cat >"$tmp/apt.conf" <<CONF
Dir::Etc::sourcelist "$tmp/sources.list";
Dir::Etc::sourceparts "-";
Dir::State "$tmp/state";
Dir::State::status "/dev/null";
Dir::Cache "$tmp/cache";
APT::Sandbox::User "";
CONF
export APT_CONFIG=$tmp/apt.conf
(
    cd "$tmp/source"
    # tar-only: the mirror may have a tarball and not yet, or no longer, its .dsc.
    apt-get --quiet=2 -o APT::Update::Error-Mode=any update &&
        apt-get --quiet=2 source --download-only --tar-only --only-source "$name"
) >"$tmp/log" 2>&1 || { cat "$tmp/log" >&2; say "cannot fetch $name; give $given_by=<file>"; exit 1; }

tarball=$(echo "$tmp"/source/*.orig.tar.?z)
if is_pinned "$tarball"; then
    mv "$tarball" "$pinned"
    echo "$pinned"
else
    say "took ${tarball##*/}, which is not the pinned release but is what apt verified"
    mkdir -p "$from_debian"
    mv "$tarball" "$from_debian/"
    echo "$from_debian/${tarball##*/}"
fi
