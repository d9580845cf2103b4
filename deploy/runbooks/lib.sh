# What the commands of the runbooks use; source it first, in the repository's folder: . deploy/runbooks/lib.sh
# Settings: API (the gateway), KEY (an operations key), DATA (the data folder of ./run).
API="${API:-http://localhost:8080}" DATA="${DATA:-.platform}" KEY="${KEY:-$(cat "$DATA/ops-key" 2>/dev/null)}"

# The whole platform's health, as one line of JSON.
health() { curl -sS -m 20 "$API/health"; }

get() { curl -fsS -m 20 -H "Authorization: Bearer $KEY" "$API$1"; }
post() { curl -fsS -m 20 -X POST -H "Authorization: Bearer $KEY" "$API$1"; }

# Tries a command every second until it succeeds, for the number of seconds given first.
within() {
  local end=$((SECONDS + $1)); shift
  until "$@" >/dev/null 2>&1; do [ "$SECONDS" -lt "$end" ] || { echo "Not in time: $*" >&2; return 1; }; sleep 1; done
}

is_healthy() { health | grep -q '^{"status":"healthy"'; }

# The id of a process that ./run started, by the name it has in the output: Postgres, RabbitMQ, gateway, risk or risk-0 ...
pid() { grep -o "\"Name\":\"$1\",\"Id\":[0-9]*" "$DATA/processes.json" | tail -n 1 | grep -o '[0-9]*$'; }

# Keeps a resource (postgres, broker, risk, risk-0 ...) down once it has ended, until it is released.
hold() { mkdir -p "$DATA/hold"; touch "$DATA/hold/$1"; }
release() { rm -f "$DATA/hold/$1"; }

# Ends a process politely, and returns when ./run has started it again and all is well.
restart() {
  local before; before=$(pid "$1")
  kill -TERM "$before"
  within 60 restarted "$1" "$before" && within 120 is_healthy
}
restarted() { local now; now=$(pid "$1"); [ -n "$now" ] && [ "$now" != "$2" ] && kill -0 "$now"; }

# RabbitMQ's own tool, spoken to the platform's private broker: it needs the settings that the broker was started with.
broker() {
  local settings=()
  while IFS= read -r -d '' setting; do
    case "$setting" in RABBITMQ_* | ERL_EPMD_* | HOME=* | LC_ALL=*) settings+=("$setting") ;; esac
  done <"/proc/$(pid RabbitMQ)/environ"
  local tool
  for tool in /usr/lib/rabbitmq/lib/*/sbin/rabbitmqctl /opt/rabbitmq/sbin/rabbitmqctl; do
    if [ -x "$tool" ]; then env "${settings[@]}" "$tool" "$@"; return; fi
  done
  echo "rabbitmqctl is not where it is looked for" >&2
  return 1
}

# A statement to one of the platform's databases: sql controlsdb 'SELECT 1'.
sql() {
  local port tool
  port=$(sed -n 4p "$DATA/postgres/postmaster.pid")
  tool=$(command -v psql || ls /usr/lib/postgresql/*/bin/psql | tail -n 1)
  PGPASSWORD=$(cat "$DATA/postgres.password") "$tool" -h 127.0.0.1 -p "$port" -U postgres -d "$1" -v ON_ERROR_STOP=1 -Atc "$2"
}
