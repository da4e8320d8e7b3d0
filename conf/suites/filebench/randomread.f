# SPDX-License-Identifier: GPL-2.0-or-later
#
# 32 threads read 4 KiB at random offsets of one file for 60 seconds.
set $dir=/zolkit-bench
set $nthreads=32
set $iosize=4096
set $filesize=256m

define file name=bigfile,path=$dir,size=$filesize,prealloc,reuse

define process name=reader,instances=1
{
  thread name=reader-thread,memsize=1m,instances=$nthreads
  {
    flowop read name=read-bigfile,filename=bigfile,random,iosize=$iosize
  }
}

run 60
