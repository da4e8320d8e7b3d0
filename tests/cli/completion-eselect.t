#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The eselect module, sourced as eselect does it, with eselect's die.
. "${ZOL_TOP:?}/tests/lib/tap.sh"

module=$ZOL_BUILD/gen/zolkit.eselect
ok "is valid" bash -n "$module"
if command -v shellcheck >/dev/null; then
	# DESCRIPTION and the others are read by eselect.
	ok "passes shellcheck" shellcheck -s bash -e SC2034 "$module"
else
	skip "passes shellcheck" "no shellcheck"
fi

mkdir "$T/bin"
cat >"$T/bin/zolkit" <<'END'
#!/bin/sh
printf '<%s>' "$@"
case $* in *fail*) exit 6 ;; esac
END
chmod +x "$T/bin/zolkit"

# As in eselect's core.bash: -q means no backtrace; it ends eselect with a status of its own.
call() {
	(
		PATH=$T/bin:$PATH
		die() {
			[[ $1 == -q ]] || echo "backtrace"
			echo "!!! Error: ${*: -1}" >&2
			exit 249
		}
		# shellcheck disable=SC1090
		. "$module"
		"$@"
	)
}
value() { call eval "echo \"\$$1\""; }

isnt "has a description" "$(value DESCRIPTION)" ''
isnt "has a maintainer" "$(value MAINTAINER)" ''
is "has the version" "$(value VERSION)" "$(<"$ZOL_TOP/VERSION")"
is "sourcing it runs nothing" "$(call true)" ''

missing=()
while IFS=$'\t' read -r kind module_name action rest; do
	case $kind in
	module) [[ $module_name == - ]] || names+=("$module_name") ;;
	action) [[ $module_name != - ]] || names+=("$action") ;;
	esac
done < <("$ZOL_BUILD/zolkit-gen" rows)
for name in "${names[@]}"; do
	for fn in describe_$name "describe_${name}_parameters" do_$name; do
		[[ $(call type -t "$fn") == function ]] || missing+=("$fn")
	done
	[[ $(call "describe_$name") ]] || missing+=("text of describe_$name")
done
ok "there are actions" test "${#names[@]}" -gt 3
is "each module and top-level command is an action" "${missing[*]}" ''

run call do_config get vm.cpu "a b"
is "words arrive as they are" "$status $out" "0 <config><get><vm.cpu><a b>"
run call do_up --dry-run
is "a top-level command" "$out" "<up><--dry-run>"
run call do_config fail
is "a failure dies" "$status" 249
like "quietly" "$err" '^!!! Error: zolkit config failed with status 6$'
if [[ " ${names[*]} " == *" portage "* ]]; then
	run call do_list
	is "list means the live packages" "$out" "<portage><live><list>"
else
	skip "list means the live packages" "no module portage"
fi
done_testing
