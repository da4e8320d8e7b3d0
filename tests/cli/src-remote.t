#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# zolkit src clone over the network: HTTP by git's own http-backend, SSH by a real sshd with keys made here.
. "${ZOL_TOP:?}/tests/lib/tap.sh" || exit 1
# shellcheck source=tests/lib/gitrepo.sh
. "$ZOL_TOP/tests/lib/gitrepo.sh"
unset http_proxy https_proxy HTTPS_PROXY no_proxy NO_PROXY ALL_PROXY all_proxy SSH_AUTH_SOCK
export HOME=$T/home
mkdir -p "$T/home" "$T/srv"
src() { run timeout 120 "$ZOL_BUILD/zolkit" --config "$T/zolkit.conf" src "$@"; }
: >"$T/zolkit.conf"
git_repo "$T/srv/zfs.git"
for i in {1..60}; do head -c 20000 /dev/urandom | base64 >"$T/srv/zfs.git/file$i"; done
git_commit "$T/srv/zfs.git" first
git -C "$T/srv/zfs.git" tag v1
git -C "$T/srv/zfs.git" branch other

# --- HTTP ---
if "$(git --exec-path)/git-http-backend" </dev/null 2>&1 | grep -q Status; then
	mkfifo "$T/port"
	"$ZOL_TOP/tests/lib/git-httpd.py" "$T/srv" >"$T/port" 2>"$T/httpd.err" &
	at_exit kill $!
	read -r port <"$T/port"
	url=http://127.0.0.1:$port/zfs.git/.git
	src clone "$url" "$T/h1"
	is 'over HTTP' "$status$(git -C "$T/h1" status --porcelain -b)" '0## master...origin/master'
	is 'branches and tags' "$(git -C "$T/h1" branch -r | xargs) $(git -C "$T/h1" tag)" 'origin/master origin/other v1'
	ok 'which is sound' git -C "$T/h1" fsck --strict
	echo new >"$T/srv/zfs.git/new"
	git_commit "$T/srv/zfs.git" second
	src clone "$url" "$T/h1"
	is 'again it fetches' "$status$(git -C "$T/h1" rev-parse origin/master)" "0$(git -C "$T/srv/zfs.git" rev-parse master)"
	echo 300000 >"$T/srv/.cut"
	src clone "$url" "$T/h2"
	is 'a connection that breaks off is an error of the network' "$status" 4
	ok 'without files' test ! -e "$T/h2/file1"
	ok 'the server did break it off' test ! -e "$T/srv/.cut"
	src clone "$url" "$T/h2"
	is 'the same command goes on' "$status$(git -C "$T/h2" status --porcelain)" 0
	ok 'to a sound clone' git -C "$T/h2" fsck --strict
	is 'without leftovers' "$(find "$T/h2/.git/objects/pack" -name 'tmp*' -o -name '*.tmp*')" ''
	src clone "http://127.0.0.1:$port/none.git" "$T/h3"
	is 'a repository that is not there' "$status" 4
	src clone "http://127.0.0.1:$port/private/zfs.git" "$T/h4"
	is 'one that wants a password' "$status" 4
	like 'is no riddle' "$err" 'wants a password'
else
	skip 'over HTTP' 'git has no http-backend'
fi

# --- SSH ---
sshd=$(PATH=$PATH:/usr/sbin command -v sshd)
if [[ -z $sshd ]] || ! command -v ssh-agent >/dev/null; then
	skip 'over SSH' 'no sshd or no ssh-agent (packages openssh-server, openssh-client)'
	done_testing
	exit
fi
# Without PAM, sshd lets nobody in whose account is locked.
if [[ $EUID == 0 && $(getent shadow root) == root:!* ]]; then
	skip 'over SSH' "root's account is locked"
	done_testing
	exit
fi
mkdir -m 700 "$T/home/.ssh" "$T/ssh"
for key in host user other; do ssh-keygen -q -t rsa -b 2048 -m PEM -N '' -f "$T/ssh/$key"; done
cp "$T/ssh/user.pub" "$T/ssh/authorized"
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat >"$T/ssh/config" <<-EOF
	Port $port
	ListenAddress 127.0.0.1
	HostKey $T/ssh/host
	AuthorizedKeysFile $T/ssh/authorized
	PasswordAuthentication no
	KbdInteractiveAuthentication no
	PubkeyAcceptedAlgorithms +ssh-rsa
	HostKeyAlgorithms +ssh-rsa
	StrictModes no
	UsePAM no
	PermitRootLogin prohibit-password
	PidFile none
EOF
[[ $EUID != 0 ]] || mkdir -p /run/sshd
"$sshd" -D -e -f "$T/ssh/config" 2>"$T/ssh/log" &
at_exit kill $!
for ((i = 0; i < 200; i++)); do grep -q listening "$T/ssh/log" && break; sleep 0.05; done
eval "$(ssh-agent -a "$T/ssh/agent")" >/dev/null
at_exit kill "$SSH_AGENT_PID"
url=ssh://$(id -un)@127.0.0.1:$port$T/srv/zfs.git
printf '[127.0.0.1]:%s %s\n' "$port" "$(cut -d' ' -f1,2 "$T/ssh/host.pub")" >"$T/home/.ssh/known_hosts"
# libgit2 1.5 does not free what it made for libssh2's list of known hosts: not ours, and said by BUILD=asan.
printf 'leak:libgit2.so\nleak:libssh2.so\n' >"$T/not-ours"
export LSAN_OPTIONS="suppressions=$T/not-ours:print_suppressions=0"
src clone "$url" "$T/s1"
is 'over SSH without a key' "$status" 4
like 'which is said' "$err" 'key|agent|authenticat'
ssh-add -q "$T/ssh/user" 2>/dev/null
src clone "$url" "$T/s2"
is 'with one that the agent has' "$status$(git -C "$T/s2" status --porcelain -b)" '0## master...origin/master'
[[ $status == 0 ]] || diag "$err" "$(tail -n 5 "$T/ssh/log")"
ok 'to a sound clone' git -C "$T/s2" fsck --strict
echo newer >"$T/srv/zfs.git/new"
git_commit "$T/srv/zfs.git" third
src clone "$url" "$T/s2"
is 'again it fetches' "$status$(git -C "$T/s2" rev-parse origin/master)" "0$(git -C "$T/srv/zfs.git" rev-parse master)"
printf '[127.0.0.1]:%s %s\n' "$port" "$(cut -d' ' -f1,2 "$T/ssh/other.pub")" >"$T/home/.ssh/known_hosts"
src clone "$url" "$T/s3"
is 'a host that has another key than before is refused' "$status" 4
ok 'and nothing comes of it' test ! -e "$T/s3/file1"
done_testing
