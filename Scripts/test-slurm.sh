#!/bin/sh
# A Slurm cluster of this machine alone: runs 24 pictures in 4 shares as an array, cancels one, reruns it,
# merges, and compares with the bytes of one run. Ends all that it started.
#
#     sudo sh Scripts/test-slurm.sh PROGRAM
set -eu
[ "$(id -u)" -eq 0 ] || { echo 'test-slurm has to run as root: it starts slurmd' >&2; exit 1; }
program=$(realpath "$1")
work=$(mktemp -d)
host=$(hostname -s)
pids=
end() {
  # The daemon of authentication, which the others talk to, last.
  for pid in $pids; do
    kill "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  rm -rf "$work"
}
trap end EXIT
trap 'exit 130' INT TERM

mkdir -p "$work/state" "$work/spool" "$work/munge" "$work/pictures" "$work/stimuli"
chmod 755 "$work"

# MARK: The cluster

dd if=/dev/urandom of="$work/munge/key" bs=1024 count=1 2>/dev/null
chown -R munge:munge "$work/munge"
chmod 700 "$work/munge"
chmod 400 "$work/munge/key"
chmod 755 "$work/munge"
runuser -u munge -- /usr/sbin/munged --foreground --force --key-file "$work/munge/key" \
  --socket "$work/munge/socket" --pid-file "$work/munge/pid" --log-file "$work/munge/log" \
  --seed-file "$work/munge/seed" > "$work/munged.out" 2>&1 &
munge=$!

cat > "$work/slurm.conf" <<EOF
ClusterName=alone
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$work/munge/socket
CredType=cred/munge
SlurmctldPort=16817
SlurmdPort=16818
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd.pid
SlurmctldLogFile=$work/slurmctld.log
SlurmdLogFile=$work/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobacctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
MpiDefault=none
ReturnToService=2
KillWait=10
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) RealMemory=1000 State=UNKNOWN
PartitionName=all Nodes=$host Default=YES MaxTime=INFINITE State=UP OverSubscribe=NO
EOF
echo 'CgroupPlugin=cgroup/v1' > "$work/cgroup.conf"
export SLURM_CONF="$work/slurm.conf"

/usr/sbin/slurmctld -D -f "$SLURM_CONF" > "$work/slurmctld.out" 2>&1 &
control=$!
/usr/sbin/slurmd -D -f "$SLURM_CONF" > "$work/slurmd.out" 2>&1 &
pids="$! $control $munge"

# `wait_for WHAT COMMAND...`: until the command succeeds, two minutes at most.
wait_for() {
  what=$1
  shift
  tries=0
  until "$@" >/dev/null 2>&1; do
    tries=$((tries + 1))
    if [ $tries -gt 600 ]; then
      echo "waited in vain for $what" >&2
      tail -5 "$work"/*.out "$work"/slurm*.log >&2
      exit 1
    fi
    sleep 0.2
  done
}
is_idle() { sinfo -h -o %T | grep -q idle; }
wait_for 'an idle node' is_idle
echo "a cluster: $(sinfo -h -o '%D node, %C CPUs (allocated/idle/other/total)')"

# MARK: The work

cd "$work"
"$program" stimuli -o stimuli --count 24 --size 96 >/dev/null
find stimuli -name '*.png' -exec cp {} pictures/ \;
# So large that a share takes longer than its cancellation, on a fast machine too.
common="erf replknet-31-nano --size 3072 --image pictures --threads 1"
cat > task.sh <<EOF
#!/bin/sh
# Signals that Slurm sends to a task are to reach the program itself.
exec "$program" $common --shard "\$SLURM_ARRAY_TASK_ID/4" -o "part-\$SLURM_ARRAY_TASK_ID.erf"
EOF
chmod +x task.sh

array=$(sbatch --parsable --chdir "$work" -n 1 --array 1-4 --output 'task-%a.out' task.sh)
is_running() { squeue -h -j "${array}_3" -o %T | grep -q RUNNING; }
wait_for 'the third task' is_running
sleep 0.5
scancel --full --signal TERM "${array}_3"
is_over() { [ -z "$(squeue -h -j "$array" 2>/dev/null)" ]; }
wait_for 'the end of the array' is_over
echo "cancelled: $(cat task-3.out)"

if "$program" merge part-*.erf -o merged.npy > commands.txt 2> missing.txt; then
  echo 'the cancelled task had done all its pictures: too fast to be cancelled' >&2
  exit 1
fi
echo "merge: $(cat missing.txt)"
grep -q -- '--shard 3/4' commands.txt

again=$(sbatch --parsable --chdir "$work" -n 1 --array 3 --output 'again-%a.out' task.sh)
merge=$(sbatch --parsable --chdir "$work" -n 1 --dependency "afterok:$again" --output merge.out \
  --wrap "'$program' merge part-1.erf part-2.erf part-3.erf part-4.erf -o merged.erf -o merged.npy")
is_merged() { [ -z "$(squeue -h -j "$merge" 2>/dev/null)" ]; }
wait_for 'the merge' is_merged

"$program" $common -o single.erf -o single.npy >/dev/null
cmp merged.erf single.erf
cmp merged.npy single.npy
echo 'the bytes of four shares, one of them cancelled and rerun, are those of one run'
