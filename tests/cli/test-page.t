#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The page of results in a browser: filter, sort, verdicts, addresses, names that want to be code.
# shellcheck disable=SC2154
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/testrun.sh
. "$ZOL_TOP/tests/lib/testrun.sh"
command -v chromium chromium-browser chromium-headless-shell google-chrome >/dev/null || skip_all 'no chromium'
testrun_setup
chrome() { timeout 250 python3 "$ZOL_TOP/tests/lib/chrome.py" "$@"; }

cat >"$T/odd.ini" <<'EOT'
[suite]
name = odd
title = odd names
where = vm
parser = exit
list = fixed
tests = quick slow <b>bold</b><script>window.bad=1</script> broken
command = /bin/sh -c 'case "$1" in slow) sleep 0.4 ;; broken) echo "<i>no</i> &amp; why"; exit 1 ;; esac' sh ${test}
timeout = 20s
EOT
z -q test run --where host "$T/odd.ini" >/dev/null
z -q test run --where host --name 'Night & day' "$T/odd.ini" >/dev/null
z test report -f html -o "$T/r.html"

shown='js:[].filter.call(document.querySelectorAll("tbody tr"), function (r) { return !r.hidden; }).map(function (r) { return r.cells[0].textContent; }).join(" ")'
count='js:document.getElementById("count").textContent'
find='document.getElementById("find")'
head() { printf 'click:document.querySelector("th[data-key=%s] button")' "$1"; }
mark() { printf 'click:document.querySelector("[data-v=%s]")' "$1"; }

run chrome "$T/r.html" 'js:typeof window.bad' 'js:document.title' "$shown" "$count" errors:
is 'the page shows all tests in their order, names as text' "$out" '"undefined"
"Night & day"
"odd/quick odd/slow odd/<b>bold</b><script>window.bad=1</script> odd/broken"
"4 of 4"
[]'

run chrome "$T/r.html" "click:$find" key:q key:u "$shown" "$count" 'js:location.hash' errors:
is 'typing filters by words' "$out" '"odd/quick"
"1 of 4"
"#q=qu"
[]'

run chrome "$T/r.html" "$(mark FAIL)" "$shown" 'js:document.querySelector("[data-v=FAIL]").getAttribute("aria-pressed")' \
	"$(mark FAIL)" "$count" errors:
is 'a verdict selects its tests, once more brings all back' "$out" '"odd/broken"
"true"
"4 of 4"
[]'

run chrome "$T/r.html" "$(head name)" "$shown" "$(head name)" "$shown" errors:
is 'a click sorts by name, another one the other way' "$out" '"odd/<b>bold</b><script>window.bad=1</script> odd/broken odd/quick odd/slow"
"odd/slow odd/quick odd/broken odd/<b>bold</b><script>window.bad=1</script>"
[]'

run chrome "$T/r.html" "$(head ms)" 'js:document.querySelector("tbody tr").cells[0].textContent' \
	'js:document.querySelector("th[data-key=ms]").getAttribute("aria-sort")' 'js:location.hash' \
	'hash:v=PASS&s=-name' "$shown" 'hash:s=nonsense' "$count" errors:
is 'by time, the slowest first; the address brings a view back' "$out" '"odd/slow"
"descending"
"#s=-ms"
"odd/slow odd/quick odd/<b>bold</b><script>window.bad=1</script>"
"4 of 4"
[]'

run chrome "$T/r.html" 'js:document.querySelectorAll("tbody tr")[3].querySelectorAll(".strip i").length' \
	'js:document.querySelectorAll("tbody tr")[3].querySelector(".strip i").title' \
	'js:document.querySelector("td.why a").getAttribute("href").slice(0, 8)' \
	'js:document.querySelector("details pre").textContent' errors:
is 'history, a link to the log, and what was printed' "$out" '2
"FAIL"
"file:///"
"<i>no</i> &amp; why\n"
[]'

# --- rates: where the true one is, and whether it has changed ----------------------------------------------
cat >"$T/rates.ini" <<'EOT'
[suite]
name = rates
title = rates
where = vm
parser = exit
list = fixed
tests = good worse never
command = /bin/sh -c 'case $1 in worse) [ ! -e "$0" ] ;; never) exit 77 ;; esac' ${flag} ${test}
timeout = 20s
[vars]
flag = none
EOT
rates() { z -q test run --where host --db "$T/rates.db" --set "flag=$T/flag" "$@" "$T/rates.ini" >/dev/null; }
rates --repeat 20
: >"$T/flag"
rates --repeat 4
z test report --db "$T/rates.db" -f html -o "$T/rates.html"
run chrome "$T/rates.html" 'js:document.querySelector("tbody tr").cells[4].textContent' \
	'js:document.querySelector("tbody tr").cells[4].querySelector(".rate").title' \
	'js:document.querySelectorAll("tbody tr")[1].cells[4].textContent' \
	'js:document.querySelectorAll("tbody tr")[1].querySelector(".change").title' \
	'js:document.querySelectorAll("tbody tr")[2].cells[4].textContent' "$(mark changed)" "$shown" \
	"$(mark changed)" "$(head rate)" "$shown" errors:
is 'the rate has its interval, a change of it its significance' "$out" '"100 %"
"passed 24 of 24 attempts; the true rate is 86 to 100 %, with a confidence of 95 % (Wilson)"
"83 %100 \u2192 0 %"
"before 20 of 20, now 0 of 4: chance alone gives this in 0.0094 of 100 cases (Fisher)"
""
"rates/worse"
"rates/worse rates/good rates/never"
[]'
run chrome "$T/rates.html" 'size:360x700' 'js:document.documentElement.scrollWidth <= 360' \
	'js:document.querySelector("td.why").getBoundingClientRect().right <= 360' "$(mark FAIL)" "$shown" \
	'js:document.querySelectorAll("tbody tr")[0].offsetHeight' errors:
is 'a narrow window shows all of a row, and hides rows' "$out" 'true
true
"rates/worse"
0
[]'

run chrome "$T/r.html" 'dark:0' 'js:getComputedStyle(document.body).backgroundColor' 'dark:1' \
	'js:getComputedStyle(document.body).backgroundColor' ${PAGE_SHOT:+"shot:$PAGE_SHOT"} errors:
is 'it is light or dark as the reader wants' "$out" '"rgb(255, 255, 255)"
"rgb(21, 23, 26)"
[]'
done_testing
