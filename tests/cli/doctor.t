#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
. "${ZOL_TOP:?}/tests/lib/tap.sh" || exit 1

zolkit=("$ZOL_BUILD/zolkit" --config "$T/conf")
cat >"$T/conf" <<EOF
[paths]
guests = $T/guest
state = $T/state
cache = $T/cache
run = $T/run
[stage]
keyring = $T/keyring
EOF

# A QEMU that never answers, one that refuses, and one that answers as the real one would.
fake() { printf '#!/bin/sh\n%s\n' "$2" >"$T/$1"; chmod +x "$T/$1"; }
fake hangs 'exec sleep 60'
fake refuses 'echo "warning: noise" >&2; echo "kvm: failed to set MSR" >&2; exit 134'
fake answers 'exit 43'

run "${zolkit[@]}" doctor --no-boot
like "a missing keyring is found" "$out" 'stage +keyring +missing'
is "and makes the answer negative" "$status" 1

: >"$T/keyring"
run "${zolkit[@]}" --json doctor --no-boot guest
is "JSON for one module" "$(python3 -c '
import json, sys
rows = json.load(sys.stdin)
print(sorted({r["module"] for r in rows}), all(r["state"] in ("ok", "degraded", "missing") for r in rows))' <<<"$out")" \
	"['guest'] True"

run "${zolkit[@]}" doctor vmm
is "a module that there is none of" "$status" 2
like "is told, with the nearest" "$err" "no module 'vmm'.*did you mean vm"
run "${zolkit[@]}" doctor config
is "a module without needs" "$status$out" 0
like "which is said" "$err" 'need nothing'

with_qemu() { printf '[vm]\nqemu = %s\n' "$T/$1" >"$T/vm"; cat "$T/conf" "$T/vm" >"$T/conf2"; }

printf '#!/bin/sh\ntouch %s/booted\nexit 43\n' "$T" >"$T/answers"
with_qemu answers
run "$ZOL_BUILD/zolkit" --config "$T/conf2" doctor stage
ok "nothing is booted for another module" test ! -e "$T/booted"
run "$ZOL_BUILD/zolkit" --config "$T/conf2" doctor vm
like "an accelerator whose guest answers works" "$out" 'tcg +ok +a guest answered'

with_qemu refuses
run "$ZOL_BUILD/zolkit" --config "$T/conf2" doctor vm
like "QEMU's own words say why it does not" "$out" 'tcg +missing +a guest does not run: kvm: failed to set MSR'
is "no accelerator at all is a negative answer" "$status" 1

printf '[vm]\nqemu = %s\n' "$T/none" >"$T/vm"; cat "$T/conf" "$T/vm" >"$T/conf2"
run "$ZOL_BUILD/zolkit" --config "$T/conf2" doctor vm
like "a missing QEMU is named with the remedy" "$out" 'qemu +missing .*(install the package|emerge)'

run "$ZOL_BUILD/zolkit" --config "$T/conf" doctor vm --bogus
is "an unknown option is a usage error" "$status" 2
done_testing
