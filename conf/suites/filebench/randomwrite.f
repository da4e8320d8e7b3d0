# SPDX-License-Identifier: GPL-2.0-or-later
#
# The guide's workload: 32 threads write 4 KiB at random offsets of one file for 60 seconds.
set $dir=/zolkit-bench
set $nthreads=32
set $iosize=4096
set $filesize=256m

define file name=bigfile,path=$dir,size=$filesize,prealloc,reuse

define process name=writer,instances=1
{
  thread name=writer-thread,memsize=1m,instances=$nthreads
  {
    flowop write name=write-bigfile,filename=bigfile,random,iosize=$iosize
  }
}

run 60
