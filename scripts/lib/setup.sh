# Sourced by scripts/test and scripts/bench: what must be installed, and a PostgreSQL of their own.

say() { printf '\n== %s\n' "$*" >&2; }
fail() { printf '%s: %s\n' "$0" "$*" >&2; exit 1; }

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"
    elif command -v sudo >/dev/null; then sudo "$@"
    else fail "cannot run '$*': it needs root, and there is no sudo"; fi
}

postgres_bin() {
    local folder
    folder=$(find /usr/lib/postgresql -mindepth 2 -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -n 1)
    if [ -z "$folder" ] && command -v initdb >/dev/null; then folder=$(dirname "$(command -v initdb)"); fi
    [ -n "$folder" ] && [ -x "$folder/initdb" ] && echo "$folder"
}

# Installs the Debian packages that are missing. Arguments are program:package.
install_missing() {
    local missing=() pair
    postgres_bin >/dev/null || missing+=(postgresql postgresql-contrib)
    for pair in cc:build-essential openssl:openssl "$@"; do
        command -v "${pair%%:*}" >/dev/null || missing+=("${pair##*:}")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    say "Installing ${missing[*]}"
    command -v apt-get >/dev/null || fail "${missing[*]} missing, and there is no apt-get to install them with"
    # Debian's package would start a server of its own, which nobody here needs.
    if [ ! -e /etc/postgresql-common/createcluster.conf ]; then
        as_root mkdir -p /etc/postgresql-common
        echo 'create_main_cluster = false' | as_root tee /etc/postgresql-common/createcluster.conf >/dev/null
    fi
    as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        -o Dpkg::Options::=--force-confold "${missing[@]}" >/dev/null
}

# initdb and the server refuse to run as root.
unprivileged() {
    if [ "$(id -u)" != 0 ]; then "$@"; return; fi
    runuser -u "$(postgres_user)" -- "$@"
}

postgres_user() { if id postgres >/dev/null 2>&1; then echo postgres; else echo nobody; fi; }

free_port() {
    local port
    for _ in $(seq 200); do
        port=$((20000 + RANDOM % 12000))
        if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then echo "$port"; return; fi
    done
    fail "no free port on 127.0.0.1"
}

folder=
postgres_pid=

# Stops what was started, by its id, and removes the folder.
clean_up() {
    local code=$?
    trap - EXIT INT TERM
    if [ -n "$postgres_pid" ] && kill -0 "$postgres_pid" 2>/dev/null; then
        kill -INT "$postgres_pid" 2>/dev/null || true
        for _ in $(seq 100); do kill -0 "$postgres_pid" 2>/dev/null || break; sleep 0.1; done
        kill -QUIT "$postgres_pid" 2>/dev/null || true
    fi
    [ -z "$folder" ] || rm -rf "$folder"
    exit "$code"
}

# A certificate for "localhost" that vouches for itself, for the server with this data.
certify() {
    (cd "$1" && unprivileged openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
        -subj /CN=localhost -addext subjectAltName=DNS:localhost -addext basicConstraints=critical,CA:FALSE \
        -keyout server.key -out server.crt 2>/dev/null) || fail "openssl made no certificate"
    POSTGRES_CERT=$folder/server.crt
    cp "$1/server.crt" "$POSTGRES_CERT"
}

# Where there is memory to spare, the name of a file system in it.
in_memory() {
    local megabytes
    megabytes=$(df --output=avail --block-size=M /dev/shm 2>/dev/null | tail -n 1 | tr -dc 0-9) || true
    [ "${megabytes:-0}" -lt 4096 ] || echo /dev/shm
}

# Starts a server in a temporary folder, of POSTGRES_AT or the machine's own, on a free port, and sets POSTGRES to its
# address and POSTGRES_SOCKET to what follows a database's name to reach it through its socket. Arguments are lines for
# its configuration.
start_postgres() {
    local bin port
    bin=$(postgres_bin) || fail "PostgreSQL's server programs are missing"
    # Another user's TMPDIR may be closed to the one that runs the server.
    local base=${POSTGRES_AT:-/tmp}
    [ -n "${POSTGRES_AT:-}" ] || [ "$(id -u)" = 0 ] || base=${TMPDIR:-/tmp}
    folder=$(mktemp -d "$base/infirmary.XXXXXX")
    trap clean_up EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    chmod 755 "$folder"
    mkdir "$folder/pg"
    [ "$(id -u)" != 0 ] || chown "$(postgres_user)" "$folder/pg"
    say "Starting PostgreSQL"
    (cd "$folder/pg" && unprivileged "$bin/initdb" -D "$folder/pg/data" -U postgres -A trust -E UTF8 --locale=C --no-sync \
        >"$folder/initdb.log" 2>&1) || { cat "$folder/initdb.log" >&2; fail "initdb failed"; }
    port=$(free_port)
    certify "$folder/pg/data"
    {
        printf '%s\n' "listen_addresses = '127.0.0.1'" "port = $port" "unix_socket_directories = '$folder/pg'" \
            "ssl = on" "max_connections = 300" "shared_buffers = '256MB'" "log_min_messages = fatal" "$@"
    } >>"$folder/pg/data/postgresql.conf"
    (cd "$folder/pg" && unprivileged "$bin/pg_ctl" -D "$folder/pg/data" -l "$folder/pg/log" -w -t 30 start >/dev/null) \
        || { cat "$folder/pg/log" >&2; fail "PostgreSQL did not start"; }
    postgres_pid=$(head -n 1 "$folder/pg/data/postmaster.pid")
    POSTGRES="postgres://postgres@127.0.0.1:$port"
    POSTGRES_SOCKET="?host=$folder/pg&port=$port&user=postgres"
    export PATH="$bin:$PATH"
}
