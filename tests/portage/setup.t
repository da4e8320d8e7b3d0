#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What portage setup and portage live set write, by what the real Portage makes of it; and what portage live
# reads, by what the real Portage has installed.
. "${ZOL_TOP:?}/tests/lib/tap.sh"
. "$ZOL_TOP/tests/lib/portage.sh"
. "$ZOL_TOP/tests/lib/gitrepo.sh"
((EUID == 0)) || skip_all 'needs root'

CODE=$T/code/zfs P=$T/p/eroot/etc/portage
mkdir -p "$T/code" "$T/overlay/"{metadata,profiles,sys-fs/zfs}
printf 'masters = gentoo\nthin-manifests = true\n' >"$T/overlay/metadata/layout.conf"
echo zolkit >"$T/overlay/profiles/repo_name"
# Writes down what it is built with, and what git-r3 would.
cat >"$T/overlay/sys-fs/zfs/zfs-9999.ebuild" <<'END'
EAPI=8
DESCRIPTION="Tells what it is built with"
HOMEPAGE="https://example.org"
S="${WORKDIR}"
LICENSE="GPL-2"
SLOT="0"
IUSE="custom-cflags debug +initramfs minimal +modules +rootfs +strip test-suite"
PROPERTIES="live"
src_unpack() {
	EGIT_VERSION=$(git -C "${CODE_ON_HOST}" rev-parse "${zfs_LIVE_COMMIT:-refs/heads/${zfs_LIVE_BRANCH:-master}}") || die
	EGIT_BRANCH=${zfs_LIVE_BRANCH:-master}
	EGIT_REPO_URI=${zfs_LIVE_REPO}
	declare -p EGIT_VERSION >/dev/null
	export EGIT_VERSION EGIT_BRANCH EGIT_REPO_URI
}
src_install() {
	set | grep -E '^(zfs_LIVE_|ZFS_LIVE_|SANDBOX_WRITE|CFLAGS|MAKEOPTS|USE|FEATURES)' >"${T}/vars"
	insinto /usr/share/zfs
	doins "${T}/vars"
}
END
portage_env "$T/p" "$T/overlay"
cat >"$T/conf" <<-END
	[paths]
	guests = $T/p
	state = $T/state
	[guest]
	name = eroot
	[chroot]
	code = $T/code
	[portage]
	overlay = $T/overlay
	pgo = yes
	END
export HOME=$T/p/home
z() { "$ZOL_BUILD/zolkit" --config "$T/conf" "$@"; }
git_repo "$CODE"
for i in 1 2 3; do echo "$i" >"$CODE/f"; git_commit "$CODE" "change $i"; done
git -C "$CODE" branch my-branch HEAD~1
portage_conf "CODE_ON_HOST=\"$CODE\""
printf '[user]\nname = x\n[safe]\ndirectory = *\n' >"$T/p/gitconfig"

conf_before=$(<"$P/make.conf") repos_before=$(<"$P/repos.conf")
run z portage setup --no-sync
is 'setup' "$status" 0
run portage_run emerge --info
is 'Portage takes all of it' "$status" 0
is 'without a complaint' "$(grep -E '^!!!|nvalid|deprecated' <<<"$out$err")" ''
is "the user's MAKEOPTS wins" "$(portage_run portageq envvar MAKEOPTS)" -j2
is "so does the user's FEATURES" "$(portage_run portageq envvar FEATURES | grep -wo splitdebug)" ''
is 'what the user did not set is ours' "$(portage_run portageq envvar CFLAGS)" '-O2 -pipe -ggdb'
like 'flags, too' "$(portage_run portageq envvar EMERGE_DEFAULT_OPTS)" '--jobs=[0-9]+ --load-average'
is 'the repositories are those of the user, who has both' "$(portage_run portageq get_repos "$EROOT" | tr ' ' '\n' | sort | xargs)" 'gentoo zolkit'
is 'where they were' "$(portage_run portageq get_repo_path "$EROOT" zolkit)" "$T/overlay"
run portage_run emerge --pretend --verbose --nodeps sys-fs/zfs
is 'the live version is accepted' "$status" 0
like 'and chosen' "$out" 'sys-fs/zfs-9999'
like 'with the flags for development' "$out" 'USE="custom-cflags .*debug.* modules.* test-suite.* -initramfs.* -minimal.* -rootfs.* -strip'
unlike 'no warning' "$err$out" '!!!'

# --- a live package by a branch that was set ---
run z portage live set zfs my-branch
is 'a branch is set' "$status" 0
run portage_emerge =sys-fs/zfs-9999
is 'emerge' "$status" 0
[[ $status == 0 ]] || diag "$(tail -n 20 <<<"$out$err")"
vars=$(<"$EROOT/usr/share/zfs/vars")
like 'builds that branch' "$vars" $'\nzfs_LIVE_BRANCH=my-branch'
like 'of the repository that the guest sees' "$vars" $'\nzfs_LIVE_REPO=/mnt/code/zfs'
like 'incrementally' "$vars" 'ZFS_LIVE_INCREMENTAL=1'
like 'where the sandbox allows it' "$vars" 'SANDBOX_WRITE=[^ ]*/var/cache/zolkit/live'
run z portage live show zfs --json
is 'the installed commit is read from the real database' "$(jq -r .installed <<<"$out")" "$(git -C "$CODE" rev-parse my-branch)"
is 'as current' "$(jq -r .state <<<"$out")" current
is 'and its branch' "$(jq -r .installed_branch <<<"$out")" my-branch
z portage live unset zfs 2>/dev/null
is 'the default branch is ahead of it' "$(z portage live show zfs --json | jq -r .state)" '1 behind'
# What rebuild does: the environment is stronger than any file.
z portage live set zfs my-branch 2>/dev/null
PORTAGE_ENV+=("zfs_LIVE_COMMIT=$(git -C "$CODE" rev-parse HEAD~2)")
run portage_emerge =sys-fs/zfs-9999
is 'a commit in the environment is stronger' "$(z portage live show zfs --json | jq -r .installed)" "$(git -C "$CODE" rev-parse HEAD~2)"
unset 'PORTAGE_ENV[-1]'
z portage live unset zfs 2>/dev/null

# --- precedence and syntax, against Portage itself ---
cat >"$T/oracle.py" <<'END'
# Random configurations: what Portage and zolkit say that zfs_LIVE_BRANCH is.
import json, os, random, subprocess, sys
import portage
from portage.util import getconfig
etc, zolkit, conf, seed = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
rng = random.Random(seed)
def value():
    parts = ["a", "b-c", "$A", "${A}", "\\$A", "'", '"', " ", "\\\\", "\n", "x\\ny", "\\\n", "#", "${NO}", "1.2", "/", "\\ ", "@", "~"]
    text = "".join(rng.choice(parts) for _ in range(rng.randrange(1, 6)))
    return rng.choice(['"%s"', "'%s'", "%s", '"%s"', "'%s'"]) % text
def asked():
    out = subprocess.run([zolkit, "--config", conf, "portage", "live", "show", "zfs", "--json"], capture_output=True, text=True)
    return json.loads(out.stdout)["branch"] or ""
bad = 0
path = etc + "/env/random"
os.makedirs(etc + "/env", exist_ok=True)
def check(what, want):
    global bad
    got = asked()
    if got != want:
        bad += 1
        print("%s: Portage %r, zolkit %r" % (what, want, got))
# The syntax, by the reader of package.env's files.
os.makedirs(etc + "/package.env", exist_ok=True)
with open(etc + "/package.env/random", "w") as f:
    f.write("sys-fs/zfs random\n")
portage.util.noiselimit = -2
done = 0
while done < 60:
    text = "A=%s\nzfs_LIVE_BRANCH=%s\n" % (value(), value())
    with open(path, "w") as f:
        f.write(text)
    try:
        vars = getconfig(path, tolerant=False, allow_sourcing=True, expand={})
    except Exception:
        continue
    done += 1
    check(text, vars.get("zfs_LIVE_BRANCH", ""))
# The order, by Portage's own settings of the package.
atoms = ["sys-fs/zfs", "=sys-fs/zfs-9999", "~sys-fs/zfs-9999", ">=sys-fs/zfs-2", "=sys-fs/zfs-99*", "sys-fs/*", "*/*", "<sys-fs/zfs-2",
         "sys-fs/zfs-kmod", "sys-fs/zfs::zolkit", "=sys-fs/zfs-2.3"]
os.unlink(etc + "/package.env/random")
for name in "abc":
    with open(etc + "/env/" + name, "w") as f:
        f.write('zfs_LIVE_BRANCH="%s"\n' % name)
for i in range(12):
    names = list("abc")
    rng.shuffle(names)
    picked = rng.sample(atoms, 3)
    # The same kind of atom twice has no order in Portage.
    lines = ["%s %s\n" % (a, n) for a, n in zip(picked, names)]
    if sum(a in ("sys-fs/zfs", "sys-fs/zfs::zolkit") for a in picked) > 1:
        continue
    with open(etc + "/package.env/random", "w") as f:
        f.writelines(lines)
    code = "import portage; s=portage.config(clone=portage.settings); s.setcpv('sys-fs/zfs-9999',mydb=portage.portdb); print(s.get('zfs_LIVE_BRANCH',''))"
    want = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip()
    check("".join(lines), want)
os.unlink(etc + "/package.env/random")
print("differences: %d" % bad)
END
run portage_run "$PORTAGE_VENV/bin/python" "$T/oracle.py" "$P" "$ZOL_BUILD/zolkit" "$T/conf" 20260822
is 'Portage and zolkit agree on 60 values and 12 orders' "$(tail -n 1 <<<"$out")" 'differences: 0'
[[ $out == 'differences: 0' ]] || diag "$out$err"
rm -r "$P/env/"{a,b,c,random} 2>/dev/null

# --- directories instead of flat files ---
run z portage setup --undo
is 'undo' "$status" 0
is 'make.conf is as it was' "$(<"$P/make.conf")" "$conf_before"
is 'repos.conf, too' "$(<"$P/repos.conf")" "$repos_before"
mkdir "$P/m" && mv "$P/make.conf" "$P/m/user" && mv "$P/m" "$P/make.conf"
sed -i "s|^FEATURES=\"-sandbox|FEATURES=\"\${FEATURES} -sandbox|" "$P/make.conf/user"
mkdir "$P/r" && mv "$P/repos.conf" "$P/r/user.conf" && mv "$P/r" "$P/repos.conf"
run z portage setup --no-sync
run portage_run emerge --info
is 'directories are taken, too' "$status $(grep -cE '^!!!' <<<"$err")" '0 0'
like 'features add up' "$(portage_run portageq envvar FEATURES)" 'splitdebug'
is "the user's file is read after ours" "$(portage_run portageq envvar MAKEOPTS)" -j2
is 'so are the repositories' "$(portage_run portageq get_repo_path "$EROOT" zolkit)" "$T/overlay"
like 'the rest of the section is ours' "$(portage_run portageq repos_config "$EROOT" 2>/dev/null)" 'sync-webrsync-verify-signature|sync-type = rsync'
done_testing
