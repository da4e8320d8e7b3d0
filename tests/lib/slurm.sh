# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154 # T is tap.sh's
#
# A Slurm of two nodes on this machine, after tap.sh: real daemons, on loopback alone, with all of their
# files below $T/slurm, ended by their process numbers.
#
#	slurm_start    starts it and waits until both nodes are idle; or skips all
#	slurm_end      ends it

slurm_conf() {
	local s=$1 host=$2
	cat >"$s/cgroup.conf" <<-EOF
		CgroupPlugin=cgroup/v1
		IgnoreSystemd=yes
	EOF
	cat >"$s/slurm.conf" <<-EOF
		ClusterName=zolkit$$
		SlurmctldHost=$host(127.0.0.1)
		SlurmctldPort=$((base))
		SlurmUser=root
		SlurmdUser=root
		AuthType=auth/munge
		AuthInfo=socket=$s/run/munge.sock
		CredType=cred/munge
		StateSaveLocation=$s/state
		SlurmdSpoolDir=$s/spool/%n
		SlurmctldPidFile=$s/run/slurmctld.pid
		SlurmdPidFile=$s/run/slurmd.%n.pid
		SlurmctldLogFile=$s/log/slurmctld.log
		SlurmdLogFile=$s/log/slurmd.%n.log
		ProctrackType=proctrack/linuxproc
		TaskPlugin=task/none
		JobAcctGatherType=jobacct_gather/none
		AccountingStorageType=accounting_storage/none
		JobCompType=jobcomp/filetxt
		JobCompLoc=$s/log/jobcomp.txt
		SelectType=select/cons_tres
		SelectTypeParameters=CR_Core_Memory
		SchedulerType=sched/backfill
		SwitchType=switch/none
		MpiDefault=none
		ReturnToService=2
		SlurmdParameters=config_overrides
		InactiveLimit=0
		KillWait=5
		MessageTimeout=20
		SlurmctldTimeout=60
		SlurmdTimeout=60
		CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
		DefMemPerNode=512
		NodeName=n1 NodeHostname=$host NodeAddr=127.0.0.1 Port=$((base + 1)) CPUs=2 RealMemory=4000 State=UNKNOWN
		NodeName=n2 NodeHostname=$host NodeAddr=127.0.0.1 Port=$((base + 2)) CPUs=2 RealMemory=4000 State=UNKNOWN
		PartitionName=vm Nodes=n1,n2 Default=YES MaxTime=INFINITE State=UP OverSubscribe=NO
	EOF
}

slurm_start() {
	local s=$T/slurm base i
	for i in slurmctld slurmd munged sbatch; do
		command -v "$i" >/dev/null || skip_all "no $i"
	done
	((EUID == 0)) || skip_all 'needs root for its daemons'
	base=$((20000 + RANDOM % 10000 / 10 * 10))
	mkdir -p "$s"/{state,spool,log,run}
	# munged wants directories that nobody else can write to
	chmod 755 "$T" "$s" "$s/run" "$s/log"
	slurm_conf "$s" "$(uname -n)"
	dd if=/dev/urandom of="$s/munge.key" bs=1024 count=1 status=none
	chmod 400 "$s/munge.key"
	at_exit slurm_end
	export SLURM_CONF=$s/slurm.conf
	munged --force --key-file="$s/munge.key" --socket="$s/run/munge.sock" --pid-file="$s/run/munged.pid" \
		--log-file="$s/log/munged.log" --seed-file="$s/run/munge.seed" >"$s/log/out" 2>&1 &&
		slurmctld -f "$SLURM_CONF" -i >>"$s/log/out" 2>&1 &&
		slurmd -f "$SLURM_CONF" -N n1 >>"$s/log/out" 2>&1 && slurmd -f "$SLURM_CONF" -N n2 >>"$s/log/out" 2>&1 || {
		ok 'Slurm starts' false
		diag "$(tail -n 20 "$s"/log/*)"
		done_testing
		exit 1
	}
	for ((i = 0; i < 120; i++)); do
		[[ $(sinfo -h -N -o '%T' 2>/dev/null | grep -c '^idle$') == 2 ]] && return
		sleep 0.5
	done
	ok 'both nodes are idle' false
	diag "$(sinfo -N -l 2>&1; tail -n 20 "$s"/log/*)"
	done_testing
	exit 1
}

slurm_end() {
	local name pid
	for name in slurmd.n1 slurmd.n2 slurmctld munged; do
		pid=$(cat "$T/slurm/run/$name.pid" 2>/dev/null) || continue
		kill "$pid" 2>/dev/null
		for ((i = 0; i < 100; i++)); do
			[[ -e /proc/$pid ]] || continue 2
			sleep 0.1
		done
		kill -9 "$pid" 2>/dev/null
	done
	return 0
}
