#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The picture in a browser: zoom, search, keyboard, addresses, themes, names that want to be code.
# shellcheck disable=SC2154 # tap.sh sets status, out and err
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh"
: >"$T/conf"
zolkit() { "$ZOL_BUILD/zolkit" --config "$T/conf" "$@"; }
chrome() { timeout 250 python3 "$ZOL_TOP/tests/lib/chrome.py" "$@"; }
command -v chromium chromium-browser chromium-headless-shell google-chrome >/dev/null || skip_all 'no chromium'

cat >"$T/folded" <<'EOT'
zed;main_[k];alpha_[k];beta_[m] 30
zed;main_[k];alpha_[k];gamma_[m] 10
zed;main_[k];gamma_[m];delta_[m] 20
"><script>window.bad=1</script>;a&b;]]>;c 40
EOT
zolkit -q flame render -o "$T/a.svg" --title 'a <title> & more' "$T/folded"
box() { printf '[].find.call(document.querySelectorAll("#frames g"), function (g) { return g.querySelector("title").textContent.indexOf("%s ") === 0; })' "$1"; }
width() { printf 'js:Math.round(+(%s).querySelector("rect").getAttribute("width"))' "$(box "$1")"; }
shown='js:[].filter.call(document.querySelectorAll("#frames g"), function (g) { return g.style.display !== "none"; }).length'
text() { printf 'js:document.getElementById("%s").textContent' "$1"; }
class() { printf 'js:document.getElementById("%s").getAttribute("class")' "$1"; }

run chrome "$T/a.svg" 'js:typeof window.bad' "$shown" "$(width alpha)" \
	"click:$(box alpha)" "$(width alpha)" "$(width beta)" "$shown" "$(class reset)" 'js:location.hash' \
	'click:document.getElementById("reset")' "$(width alpha)" "$shown" 'js:location.hash' errors:
is 'a click zooms to a frame, what is below it stays, and Reset brings all back' "$out" '"undefined"
12
472
1180
885
6
"button on"
"#x=482.000&d=3"
472
12
""
[]'

run chrome "$T/a.svg" 'answer:gamma' 'key:/' "$(text matched)" "$(text search)" 'js:document.querySelectorAll(".hit").length' \
	'answer:g.*a|delta' 'click:document.getElementById("search")' "$(text matched)" \
	'click:document.getElementById("search")' "$(text matched)" \
	'answer:ALPHA' 'key:/' "$(text matched)" 'key:c' "$(text matched)" "click:$(box main)" "$(text matched)" \
	'key:Escape' "$(text matched)" errors:
is 'search tells the part of the time, counted once, of what is zoomed to' "$out" '"Matched: 30.0% in 2 frames: gamma"
"Clear"
2
" "
"Matched: 30.0% in 3 frames: g.*a|delta"
"Matched: 0.0% in 0 frames: ALPHA"
"Matched: 40.0% in 1 frames: ALPHA"
"Matched: 66.7% in 1 frames: ALPHA"
" "
[]'
is 'the first click on Clear clears it, the second asks' \
	"$(chrome "$T/a.svg" 'answer:x' 'key:/' 'click:document.getElementById("search")' "$(text search)" 'answer:delta' \
		'click:document.getElementById("search")' "$(text matched)")" '"Search"
"Matched: 20.0% in 1 frames: delta"'

run chrome "$T/a.svg" 'hash:x=482.000&d=3&s=beta&f=1' "$(width alpha)" "$(text matched)" \
	"js:+($(box all)).querySelector('rect').getAttribute('y') < +($(box alpha)).querySelector('rect').getAttribute('y')" \
	'js:location.hash' 'hash:x=nonsense&d=%&s=%E0%A4&&=' "$shown" errors:
is 'an address keeps zoom, search and direction; a broken one shows all' "$out" '1180
"Matched: 75.0% in 1 frames: beta"
true
"#x=482.000&d=3&s=beta&f=1"
12
[]'

run chrome "$T/a.svg" "hover:$(box beta)" "$(text details)" 'key:ArrowDown' "$(text details)" 'key:ArrowUp' 'key:ArrowRight' \
	"$(text details)" 'key:Enter' "$(width gamma)" 'key:0' "$(width alpha)" 'key:i' 'js:location.hash' errors:
is 'hovering, arrows and keys' "$out" '"beta (30 samples, 30.00%)"
"alpha (40 samples, 40.00%)"
"gamma (10 samples, 10.00%)"
1180
472
"#f=1"
[]'

run chrome "$T/a.svg" 'dark:1' 'hash:' 'js:document.documentElement.getAttribute("class")' "$(text theme)" \
	'js:getComputedStyle(document.getElementById("ground")).fill' 'key:d' 'js:getComputedStyle(document.getElementById("ground")).fill'
is 'the theme is that of the system until it is changed' "$out" '"dark"
"Light"
"rgb(27, 27, 31)"
"rgb(255, 255, 255)"'

# A real one, against the sum of the stacks.
zcat "$ZOL_TOP/tests/data/flame/perf.data.gz" >"$T/perf.data"
zcat "$ZOL_TOP/tests/data/flame/kallsyms.txt.gz" >"$T/kallsyms"
zolkit -q flame render --comm txg_sync --min-width 0 -o "$T/sync.svg" "$T/perf.data"
want=$(zolkit -q flame fold --comm txg_sync "$T/perf.data" |
	awk '{ all += $NF } /;dsl_[a-z]*_sync[; ]/ { n += $NF } END { printf "%.1f", 100 * n / all }')
run chrome "$T/sync.svg" 'answer:^dsl_[a-z]*_sync$' 'key:/' "$(text matched)" errors:
like 'the part of a real recording is that of its stacks' "$out" "^\"Matched: $want% in [0-9]+ frames: .*
\[\]$"
zolkit -q flame diff -o "$T/diff.svg" "$T/folded" <(sed 's/beta_\[m\] 30/beta_[m] 90/' "$T/folded")
run chrome "$T/diff.svg" "js:($(box beta)).querySelector('rect').getAttribute('fill')" \
	"js:($(box c)).querySelector('rect').getAttribute('fill')" "click:$(box beta)" "$(width beta)" errors:
like 'a differential is red and blue, and zooms' "$out" '^"#ff2d2d"
"#[0-9a-f]{4}ff"
1180
\[\]$'
done_testing
